import type { ResolvedPolicy } from "../policy/policy.ts";
import {
  familyCounters,
  servedCounters,
  type FamilyCounters,
  type ServedCounters,
} from "../stats/counters.ts";
import type { Tier } from "../tier/tier.ts";

/** One family of one tenant: its policy, resolved, and its counters. */
export class FamilyState {
  readonly name: string;
  readonly policy: ResolvedPolicy;
  /** The tiers of the policy, fastest first. */
  readonly plan: readonly Tier[];
  readonly counters: FamilyCounters = familyCounters();
  /** By tier index, for every tier of the cache: a call may name one that the policy leaves out. */
  readonly served: readonly ServedCounters[];

  constructor(name: string, policy: ResolvedPolicy, tiers: readonly Tier[]) {
    this.name = name;
    this.policy = policy;
    this.plan = tiers.filter((tier) => policy.tiers[tier.name] ?? true);
    this.served = tiers.map(() => servedCounters());
  }

  servedBy(tier: Pick<Tier, "index" | "name">): ServedCounters {
    const counters = this.served[tier.index];
    if (counters === undefined)
      throw new RangeError(`Tier "${tier.name}" is not one of this cache`);
    return counters;
  }
}
