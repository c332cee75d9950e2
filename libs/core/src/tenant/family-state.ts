import type { ResolvedPolicy } from "../policy/policy.ts";
import { familyCounters, type FamilyCounters } from "../stats/counters.ts";
import type { Tier } from "../tier/tier.ts";

/** One family of one tenant: its policy, resolved, and its counters. */
export class FamilyState {
  readonly name: string;
  readonly policy: ResolvedPolicy;
  /** The tiers of the policy, fastest first. */
  readonly plan: readonly Tier[];
  readonly counters: FamilyCounters = familyCounters();

  constructor(name: string, policy: ResolvedPolicy, plan: readonly Tier[]) {
    this.name = name;
    this.policy = policy;
    this.plan = plan;
  }
}
