import type { KnownKey } from "../keys/key-registry.ts";
import type { FamilyState } from "../tenant/family-state.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";

/** What a call is about: which key, for whom, in which tiers. */
export interface Target {
  readonly tenant: TenantState;
  readonly key: KnownKey;
  readonly family: FamilyState;
  readonly plan: readonly Tier[];
}
