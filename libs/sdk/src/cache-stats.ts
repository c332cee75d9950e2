import type { MissCause } from "./read-options.ts";

/** Counters of one tier for one tenant since the manager was made, and what the backend holds. */
export type TierStats = Readonly<{
  tier: string;
  state: "up" | "probing" | "down";
  hits: number;
  misses: Readonly<Partial<Record<MissCause, number>>>;
  writes: number;
  refusedWrites: number;
  errors: number;
  promotions: number;
  demotions: number;
  entries: number;
  bytes: number;
  exact: boolean;
  details: Readonly<Record<string, number>>;
}>;

/** What the invalidation mirror of this process holds. Bytes are measured on what it really keeps. */
export type LogStats = Readonly<{
  logId: string;
  position: number;
  appliedPosition: number;
  live: boolean;
  leaseMs: number;
  scopes: number;
  globs: number;
  mirrorBytes: number;
  bytesPerScope: number;
}>;

/** Figures of one tenant in this process. Each logical get counts as exactly one hit or miss. */
export type CacheStats = Readonly<{
  tenantId: string;
  hits: number;
  misses: number;
  coalesced: number;
  computes: number;
  computeErrors: number;
  computeMs: number;
  savedMs: number;
  puts: number;
  superseded: number;
  invalidations: number;
  byFamily: Readonly<
    Record<
      string,
      Readonly<{
        hits: number;
        misses: number;
        computes: number;
        computeMs: number;
        savedMs: number;
      }>
    >
  >;
  tiers: readonly TierStats[];
  log: LogStats;
}>;
