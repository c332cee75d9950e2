/**
 * What a sweep has done in one tier so far. `scanned`: copies that it looked at; `deleted`: those of them that it took away. `earlier`: copies that
 * an interrupted sweep had looked at, where this one went on from there. `total`: copies of the tenant in the tier, about, where the tier tells.
 * `elsewhere`: the figures are those of another node that sweeps the tier, which this one waits for.
 */
export type SweepProgress = Readonly<{
  tier: string;
  scanned: number;
  deleted: number;
  earlier?: number;
  total?: number;
  elsewhere?: true;
}>;

/**
 * What a sweep came to in one tier. `dead`, `expired`: copies that were found so; those of them that are not among the `deleted` had been replaced or were
 * gone by then, or the tier refused. `incomplete`: it failed before all was looked at, or refused to delete; the next sweep goes on there. `elsewhere`: another
 * node swept it by all that was known here, or does so now; `theirs` is what that has done, all other figures are of this node. `unchanged`: nothing was
 * invalidated since the last complete sweep, or that is young. `earlier`: see {@link SweepProgress}.
 */
export type TierSweep = Readonly<{
  tier: string;
  state: "complete" | "incomplete" | "elsewhere" | "unchanged";
  scanned: number;
  dead: number;
  expired: number;
  deleted: number;
  earlier?: number;
  theirs?: Readonly<{ scanned: number; deleted: number }>;
}>;

/** What a sweep came to. The sums are over all tiers, of what this node did; a key that two of them hold counts in both. */
export type SweepReport = Readonly<{
  tenantId: string;
  scanned: number;
  deleted: number;
  tiers: readonly TierSweep[];
}>;

/** The figures of a tier that is looked at. */
export interface SweepCounts {
  scanned: number;
  dead: number;
  expired: number;
  deleted: number;
}

/** All zero. */
export function noCounts(): SweepCounts {
  return { scanned: 0, dead: 0, expired: 0, deleted: 0 };
}
