import type { Engine } from "../engine/engine.ts";
import { headsOf } from "../manager/listing.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { purgeTier } from "./purge-tier.ts";

/**
 * Removes what this node's own tiers hold of a tenant that was purged elsewhere: what died by it, and where nothing else is there, all that is kept
 * for the tenant. What was stored since then stays. Never rejects.
 */
export async function forgetHere(
  engine: Engine,
  tenant: TenantState,
  signal: AbortSignal,
): Promise<void> {
  const own = engine.tiers.filter(({ backend }) => backend.traits?.locality !== "shared");
  for (const tier of own) {
    try {
      if (await removeDead(engine, tenant, tier, signal)) continue;
      const { tenantId } = tenant;
      await purgeTier(tier, { tenantId, call: { signal }, onRemoved: () => undefined });
    } catch (error) {
      if (signal.aborted) return;
      engine.logger.warn("what a purged tenant left here could not be removed; a sweep will", {
        tier: tier.name,
        why: String(error),
      });
    }
  }
}

/** Resolves whether anything of the tenant stays. */
async function removeDead(
  engine: Engine,
  tenant: TenantState,
  tier: Tier,
  signal: AbortSignal,
): Promise<boolean> {
  let stays = false;
  for await (const { key, head } of headsOf(tier, tenant, "", signal)) {
    if (!engine.isDead(tenant.mirror, key, head.metadata)) stays = true;
    else
      await tier.call(
        { what: "delete", tenantId: tenant.tenantId },
        (call) => tier.entries.deleteEntry(key, head.etag, tenant.tenantId, call),
        { signal },
      );
  }
  return stays;
}
