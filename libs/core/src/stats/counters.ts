import type { Eviction, MissCause, ReadMissCause } from "@cogniverse/sdk";

/** Plain integers of what one tier served of one family of one tenant; the times are milliseconds with fractions. */
export interface ServedCounters {
  hits: number;
  /** Measured compute time of what was served. */
  savedMs: number;
  /** Encoded, before compression. */
  bytes: number;
}

/** Plain integers of one family of one tenant. */
export interface FamilyCounters {
  readonly misses: Partial<Record<ReadMissCause, number>>;
  coalesced: number;
  computes: number;
  computeErrors: number;
  computeMs: number;
}

/** Plain integers of one tier for one tenant. */
export interface TierCounters {
  readonly misses: Partial<Record<MissCause, number>>;
  writes: number;
  refusedWrites: number;
  promotions: number;
  demotions: number;
  readonly evictions: Record<Eviction["cause"], number>;
  swept: number;
}

/** Plain integers of one tenant that belong to no family or tier. */
export interface TenantCounters {
  puts: number;
  superseded: number;
  invalidations: number;
}

/** All zero. */
export function servedCounters(): ServedCounters {
  return { hits: 0, savedMs: 0, bytes: 0 };
}

/** All zero. */
export function familyCounters(): FamilyCounters {
  return { misses: {}, coalesced: 0, computes: 0, computeErrors: 0, computeMs: 0 };
}

/** All zero. */
export function tierCounters(): TierCounters {
  return {
    misses: {},
    writes: 0,
    refusedWrites: 0,
    promotions: 0,
    demotions: 0,
    evictions: { size: 0, quota: 0 },
    swept: 0,
  };
}

/** All zero. */
export function tenantCounters(): TenantCounters {
  return { puts: 0, superseded: 0, invalidations: 0 };
}

/** Counts one miss of a tier, or of a whole read. */
export function countMiss<C extends ReadMissCause>(
  { misses }: { readonly misses: Partial<Record<C, number>> },
  cause: C,
): void {
  misses[cause] = (misses[cause] ?? 0) + 1;
}

/** Counts one hit. */
export function countHit(
  served: ServedCounters,
  { computeMs, decodedBytes }: Readonly<{ computeMs: number; decodedBytes: number }>,
): void {
  served.hits++;
  served.savedMs += computeMs;
  served.bytes += decodedBytes;
}

/** The sum of a table's figures. */
export function total(table: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(table).reduce<number>((sum, n = 0) => sum + n, 0);
}
