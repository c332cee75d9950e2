import type { Eviction } from "./eviction.ts";
import type { Money } from "./prices.ts";
import type { MissCause } from "./read-options.ts";

/** Calls that go into a backend. `head`: metadata alone; `scan`: one step of a walk, an entry. */
export type TierOperation = "get" | "head" | "put" | "delete" | "list" | "scan" | "stats";

/**
 * Why a read missed: the most telling cause of the tiers that it passed; `failed`: the read came to no answer, since its compute
 * threw or its caller left.
 */
export type ReadMissCause = MissCause | "failed";

/**
 * Counters of one tier for one tenant since the manager was made, and what the backend holds. `misses` are of this tier, whether or not a lower
 * one answered the read. `requests`: calls that were sent to the backend, by operation; what the memory tier answers without one is not among
 * them. `evictions`: entries that the tier gave up, by cause. `savedMs`, `servedBytes`: of what its hits served.
 */
export type TierStats = Readonly<{
  tier: string;
  state: "up" | "probing" | "down";
  hits: number;
  misses: Readonly<Partial<Record<MissCause, number>>>;
  savedMs: number;
  servedBytes: number;
  writes: number;
  refusedWrites: number;
  errors: number;
  promotions: number;
  demotions: number;
  evictions: Readonly<Record<Eviction["cause"], number>>;
  swept: number;
  requests: Readonly<Partial<Record<TierOperation, number>>>;
  entries: number;
  bytes: number;
  exact: boolean;
  details: Readonly<Record<string, number>>;
}>;

/**
 * What the invalidation mirror of this process holds. Bytes are measured on what it really keeps. `acknowledged`: how many puts and invalidations of this process the
 * word of every other node ended, and how many had to wait for D.
 */
export type LogStats = Readonly<{
  logId: string;
  position: number;
  appliedPosition: number;
  live: boolean;
  leaseMs: number;
  acknowledged: Readonly<{ sessions: number; lease: number }>;
  scopes: number;
  globs: number;
  mirrorBytes: number;
  bytesPerScope: number;
}>;

/**
 * Counters of one family of keys. `hitRatio`: hits among all reads, `null` before the first. `hitsByTier`: where they were found. `causes`: why reads
 * missed. `savedMs`: the measured compute time of everything that hits served; `servedBytes`: its size, encoded and before compression.
 */
export type FamilyStats = Readonly<{
  hits: number;
  misses: number;
  hitRatio: number | null;
  hitsByTier: Readonly<Record<string, number>>;
  causes: Readonly<Partial<Record<ReadMissCause, number>>>;
  coalesced: number;
  computes: number;
  computeErrors: number;
  computeMs: number;
  savedMs: number;
  servedBytes: number;
}>;

/**
 * Figures of one tenant in this process since its manager was made. Each logical get counts as exactly one hit or miss. `saved`: compute that hits made
 * unnecessary, the same time in two units; `money` where the manager was given prices.
 */
export type CacheStats = Readonly<{
  tenantId: string;
  hits: number;
  misses: number;
  hitRatio: number | null;
  causes: Readonly<Partial<Record<ReadMissCause, number>>>;
  coalesced: number;
  computes: number;
  computeErrors: number;
  computeMs: number;
  saved: Readonly<{ computeMs: number; computeSeconds: number }>;
  servedBytes: number;
  puts: number;
  superseded: number;
  invalidations: number;
  byFamily: Readonly<Record<string, FamilyStats>>;
  tiers: readonly TierStats[];
  log: LogStats;
  money?: Money;
}>;
