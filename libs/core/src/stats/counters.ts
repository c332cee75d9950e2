import type { MissCause } from "@cogniverse/sdk";

/** Plain integers of one family of one tenant. */
export interface FamilyCounters {
  hits: number;
  misses: number;
  computes: number;
  computeMs: number;
  savedMs: number;
}

/** Plain integers of one tier for one tenant. */
export interface TierCounters {
  hits: number;
  readonly misses: Partial<Record<MissCause, number>>;
  writes: number;
  refusedWrites: number;
  promotions: number;
  demotions: number;
}

/** Plain integers of one tenant that belong to no family or tier. */
export interface TenantCounters {
  coalesced: number;
  computeErrors: number;
  puts: number;
  superseded: number;
  invalidations: number;
}

/** All zero. */
export function familyCounters(): FamilyCounters {
  return { hits: 0, misses: 0, computes: 0, computeMs: 0, savedMs: 0 };
}

/** All zero. */
export function tierCounters(): TierCounters {
  return { hits: 0, misses: {}, writes: 0, refusedWrites: 0, promotions: 0, demotions: 0 };
}

/** All zero. */
export function tenantCounters(): TenantCounters {
  return { coalesced: 0, computeErrors: 0, puts: 0, superseded: 0, invalidations: 0 };
}

/** Counts one miss of a tier. */
export function countMiss(counters: TierCounters, cause: MissCause): void {
  counters.misses[cause] = (counters.misses[cause] ?? 0) + 1;
}
