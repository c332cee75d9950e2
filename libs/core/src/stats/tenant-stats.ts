import type { CacheStats, LogStats, TierStats } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";

/** The tenant's figures now. Asks each backend for what it holds; one that is down answers with zeros that are not exact. */
export async function tenantStats(
  engine: Engine,
  tenant: TenantState,
  signal: AbortSignal | undefined,
): Promise<CacheStats> {
  if (!engine.coherence.isLive()) await engine.coherence.renew();
  const families = [...tenant.families.values()].map(
    ({ name, counters }) => [name, { ...counters }] as const,
  );
  const sum = (pick: (counters: (typeof families)[number][1]) => number): number =>
    families.reduce((n, [, c]) => n + pick(c), 0);
  return {
    tenantId: tenant.tenantId,
    hits: sum((c) => c.hits),
    misses: sum((c) => c.misses),
    computes: sum((c) => c.computes),
    computeMs: sum((c) => c.computeMs),
    savedMs: sum((c) => c.savedMs),
    ...tenant.counters,
    byFamily: Object.fromEntries(families),
    tiers: await Promise.all(engine.tiers.map((tier) => tierStats(tier, tenant, signal))),
    log: await logStats(engine),
  };
}

async function tierStats(
  tier: Tier,
  tenant: TenantState,
  signal: AbortSignal | undefined,
): Promise<TierStats> {
  const answer = await tier.call(
    { what: "stats", tenantId: tenant.tenantId },
    (call) => tier.backend.getStats(tenant.tenantId, call),
    { signal },
  );
  const {
    entries,
    bytes,
    exact,
    details = {},
  } = answer.up ? answer.value : { entries: 0, bytes: 0, exact: false };
  const { misses, ...counters } = tenant.tierCounters(tier);
  return {
    tier: tier.name,
    state: answer.up ? tier.state : "down",
    errors: tier.errorsOf(tenant.tenantId),
    ...counters,
    misses: { ...misses },
    entries,
    bytes,
    exact,
    details,
  };
}

async function logStats(engine: Engine): Promise<LogStats> {
  const { coherence, mirror } = engine;
  const { scopes, globs, bytes } = mirror.size();
  const head = await coherence.head().catch(() => undefined);
  return {
    logId: coherence.logId,
    position: head?.position ?? coherence.position,
    appliedPosition: coherence.position,
    live: coherence.isLive(),
    leaseMs: coherence.leaseMs,
    scopes,
    globs,
    mirrorBytes: bytes,
    bytesPerScope: scopes === 0 ? 0 : Math.round(bytes / scopes),
  };
}
