import type { Engine } from "../engine/engine.ts";
import { familyOf } from "../keys/key-registry.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import type { FilledCopy } from "./recent-fills.ts";

/** The tiers of the key's policy that other nodes see too: shared ones, else those of this machine. */
export function commonTiers(tenant: TenantState, path: string): readonly Tier[] {
  const { plan } = tenant.family({ path, family: familyOf(path).family });
  const at = (locality: "shared" | "machine"): readonly Tier[] =>
    plan.filter(({ backend }) => backend.traits?.locality === locality);
  const shared = at("shared");
  return shared.length > 0 ? shared : at("machine");
}

/**
 * Whether something may live that was derived from other content than this copy, which only this node can see: who derived looked where all others do
 * and found nothing. It is let go of, so that whoever brings such content to the others tells of it. What this node is bringing them anyhow
 * stays: that is told of.
 */
export function isOutdone(
  { coherence }: Engine,
  tenant: TenantState,
  tier: Tier,
  path: string,
  { digest }: Pick<FilledCopy, "digest">,
): boolean {
  if (coherence.leaseMs === 0 || digest === "" || !tenant.mirror.otherLives(path, digest))
    return false;
  const common = commonTiers(tenant, path);
  if (common.length === 0 || common.includes(tier)) return false;
  return !tenant.fills.of(path).some((fill) => fill.digest === digest);
}
