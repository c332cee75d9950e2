/** What a sweep has done in one tier so far. `scanned`: copies that it looked at; `deleted`: those of them that it took away. */
export type SweepProgress = Readonly<{ tier: string; scanned: number; deleted: number }>;

/**
 * What a sweep came to in one tier. `dead`, `expired`: copies that were found so; those of them that are not among the `deleted` had been replaced or were
 * gone by then, or the tier refused. `incomplete`: it failed before all was looked at.
 */
export type TierSweep = Readonly<{
  tier: string;
  state: "complete" | "incomplete";
  scanned: number;
  dead: number;
  expired: number;
  deleted: number;
}>;

/** What a sweep came to. The sums are over all tiers; a key that two of them hold counts in both. */
export type SweepReport = Readonly<{
  tenantId: string;
  scanned: number;
  deleted: number;
  tiers: readonly TierSweep[];
}>;

/** The figures of a tier that was not looked at yet. */
export interface SweepCounts {
  scanned: number;
  dead: number;
  expired: number;
  deleted: number;
}
