import type { Call, TierOperation } from "@cogniverse/sdk";
import { MARK_TENANT, markKey } from "../sweep/sweep-mark.ts";
import type { Tier } from "../tier/tier.ts";
import type { TierPurge } from "./purge-report.ts";

/** Deletions of one tier that are under way at a time, where the backend cannot remove a tenant itself. */
const DELETIONS_AT_A_TIME = 16;
/** What lands while a pass runs is found by the next one. A tenant that is written to all the time is not waited for. */
const MOST_PASSES = 4;

/** How one tier is purged. */
type Purging = Readonly<{
  tenantId: string;
  call: Call;
  onRemoved: (removed: number) => void;
}>;

/** Removes all of a tenant from one tier, and what a sweep of it left there. Rejects only with the signal's reason. */
export async function purgeTier(tier: Tier, purging: Purging): Promise<TierPurge> {
  const { tenantId, call, onRemoved } = purging;
  let removed = 0;
  try {
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const before = removed;
      const onMore = (more: number): void => onRemoved(before + more);
      removed += await purgeOnce(tier, { tenantId, call, onRemoved: onMore });
      onRemoved(removed);
      if (removed === before) break;
    }
    await answered(tier, "delete", purging, (limited) =>
      tier.backend.delete(markKey(tenantId), MARK_TENANT, limited),
    );
    return { tier: tier.name, state: "complete", removed };
  } catch (error) {
    call.signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return { tier: tier.name, state: "incomplete", removed, why };
  }
}

/** Resolves with the number of entries that were there. A backend that knows how to purge takes as long as it takes. */
async function purgeOnce(tier: Tier, purging: Purging): Promise<number> {
  const { backend } = tier;
  const { tenantId, call, onRemoved } = purging;
  if (backend.purge !== undefined) return backend.purge(tenantId, { ...call, onRemoved });
  const keys = await answered(tier, "list", purging, (limited) =>
    backend.listKeys("", tenantId, limited),
  );
  for (let at = 0; at < keys.length; at += DELETIONS_AT_A_TIME) {
    call.signal?.throwIfAborted();
    const page = keys.slice(at, at + DELETIONS_AT_A_TIME);
    await Promise.all(
      page.map((key) =>
        answered(tier, "delete", purging, (limited) => backend.delete(key, tenantId, limited)),
      ),
    );
    onRemoved(at + page.length);
  }
  return keys.length;
}

/** What the tier answers, within its time limit; throws where it is down. */
async function answered<R>(
  tier: Tier,
  what: TierOperation,
  { tenantId, call }: Purging,
  run: (limited: Call) => Promise<R>,
): Promise<R> {
  const answer = await tier.call({ what, tenantId }, run, call);
  if (answer.up) return answer.value;
  throw answer.error;
}
