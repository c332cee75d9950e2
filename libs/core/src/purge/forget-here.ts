import type { Engine } from "../engine/engine.ts";
import { headsOf } from "../manager/listing.ts";
import { MARK_TENANT, markKey } from "../sweep/sweep-mark.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { purgeTier } from "./purge-tier.ts";

/** A tier of this node, and whose purge it is that was heard of. */
type Forgetting = Readonly<{
  engine: Engine;
  tenant: TenantState;
  tier: Tier;
  signal: AbortSignal;
}>;

/** What was found of a tenant. `isAll`: the tier told of every copy and deleted each dead one. */
type Left = Readonly<{ isAll: boolean; stays: boolean }>;

/**
 * Removes what one of this node's own tiers holds of a tenant that was purged elsewhere: what died by it, and where nothing else is there, all that is
 * kept for the tenant. What was stored since then stays. To be called where the mirror has the purge and the head says so. Resolves whether all was
 * done; rejects only with the signal's reason.
 */
export async function forgetHere(forgetting: Forgetting): Promise<boolean> {
  const { tenant, tier, signal } = forgetting;
  const { tenantId } = tenant;
  const { isAll, stays } = await removeDead(forgetting);
  if (!isAll) return false;
  if (!stays) {
    const purged = await purgeTier(tier, {
      tenantId,
      call: { signal },
      onRemoved: () => undefined,
    });
    return purged.state === "complete";
  }
  // A sweep's mark may name a key of before.
  const unmarked = await tier.call(
    { what: "delete", tenantId },
    (call) => tier.backend.delete(markKey(tenantId), MARK_TENANT, call),
    { signal },
  );
  return unmarked.up;
}

async function removeDead({ engine, tenant, tier, signal }: Forgetting): Promise<Left> {
  const { tenantId } = tenant;
  const heads = headsOf(tier, tenant, "", signal);
  let isAll = true;
  let stays = false;
  for (;;) {
    const next = await heads.next();
    if (next.done === true) return { isAll: isAll && next.value, stays };
    const { key, head } = next.value;
    if (!engine.isDead(tenant.mirror, key, head.metadata)) {
      stays = true;
      continue;
    }
    const deleted = await tier.call(
      { what: "delete", tenantId },
      (call) => tier.entries.deleteEntry(key, head.etag, tenantId, call),
      { signal },
    );
    isAll &&= deleted.up;
  }
}
