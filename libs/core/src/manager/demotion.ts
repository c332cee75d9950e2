import type { Entry, Eviction } from "@cogniverse/sdk";
import { commonTiers, isOutdone } from "../dependencies/own-copies.ts";
import type { SourceGuard } from "../dependencies/source-guard.ts";
import type { Engine } from "../engine/engine.ts";
import { familyOf } from "../keys/key-registry.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { readableHead } from "../tier/readable-head.ts";
import type { Tier } from "../tier/tier.ts";
import { endMove, moveAttributes } from "../trace/move.ts";

/**
 * Moves what bounded tiers evict to the next tier of the policy, where the policy says so. The copy keeps its `asOf` and its expiry; it is sent only
 * under a live lease and while valid, and never replaces a newer copy.
 */
export function demoteEvicted(
  engine: Engine,
  sources: SourceGuard,
  tenantOf: (tenantId: string) => TenantState,
): Disposable {
  const listeners = engine.tiers.flatMap((tier) => {
    const listener = (eviction: Eviction): void => {
      const tenant = tenantOf(eviction.tenantId);
      tenant.tierCounters(tier).evictions[eviction.cause]++;
      demote({ engine, sources, tenant, from: tier }, eviction);
    };
    const source = tier.backend.evictions;
    return source === undefined ? [] : [source.onEvict(listener)];
  });
  return {
    [Symbol.dispose]: () => {
      for (const listener of listeners) listener[Symbol.dispose]();
    },
  };
}

/** Where something was evicted. */
type Evicting = Readonly<{
  engine: Engine;
  sources: SourceGuard;
  tenant: TenantState;
  from: Tier;
}>;

function demote(evicting: Evicting, eviction: Eviction): void {
  const { engine, tenant, from } = evicting;
  const family = tenant.family({ path: eviction.key, family: familyOf(eviction.key).family });
  const to = family.plan.find((tier) => tier.index > from.index);
  if (!family.policy.demote || to === undefined || eviction.metadata.logId === "") return;
  const loading = eviction.load(); // at once: the backend holds the entry only for this
  loading.catch(() => undefined);
  const { key: path, metadata } = eviction;
  const move = { path, family: family.name, metadata, from: from.name, to: to.name };
  const { telemetry } = engine;
  // Now, while what evicted it is still the active span.
  const span = telemetry.isRecording()
    ? telemetry.startSpan("cache.demote", tenant.tenantId, { attributes: moveAttributes(move) })
    : undefined;
  const run = async (): Promise<void> => {
    const entry = await loading.catch(() => undefined);
    const stored = entry !== undefined && (await store(evicting, to, path, entry));
    if (stored) tenant.tierCounters(to).demotions++;
    endMove(span, stored);
  };
  engine.background.add(
    () => (span === undefined ? run() : span.within(run)),
    () => endMove(span, false),
  );
}

async function store(
  { engine, sources, tenant, from }: Evicting,
  to: Tier,
  key: string,
  entry: Entry,
): Promise<boolean> {
  const { asOf, expiresAt } = entry.metadata;
  const answer = await to.head(key, tenant.tenantId);
  if (!answer.up) return false;
  const there = readableHead(answer)?.metadata;
  // The same copy or a newer one is there already.
  if (there !== undefined && there.logId === entry.metadata.logId && there.asOf >= asOf)
    return false;
  if (!engine.coherence.serves()) await engine.coherence.renew();
  const expired = expiresAt !== null && expiresAt <= engine.clock.now();
  // The last await is behind us: lease, then mirror, then the store is sent (rule 7).
  if (expired || !engine.coherence.serves() || engine.isDead(tenant.mirror, key, entry.metadata))
    return false;
  if (isOutdone(engine, tenant, from, key, entry.metadata)) return false;
  const isNews = commonTiers(tenant, key).includes(to);
  const landed = isNews ? sources.filling(tenant, key, { ...entry.metadata }) : undefined;
  const put = await to.call({ what: "put", tenantId: tenant.tenantId }, (call) =>
    to.entries.putEntry(key, entry, tenant.tenantId, { if: "not-newer", asOf }, call),
  );
  landed?.();
  return put.up && put.value !== undefined;
}
