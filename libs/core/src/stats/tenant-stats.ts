import type { CacheStats, FamilyStats, LogStats, ReadMissCause } from "@cogniverse/sdk";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { familyStats } from "./family-stats.ts";
import { hitRatio } from "./hit-ratio.ts";
import { moneyOf } from "./money.ts";
import { tierStats } from "./tier-stats.ts";

/** The tenant's figures now. Asks each backend for what it holds; one that is down answers with zeros that are not exact. */
export async function tenantStats(
  engine: Engine,
  tenant: TenantState,
  signal: AbortSignal | undefined,
): Promise<CacheStats> {
  if (!engine.coherence.isLive()) await engine.coherence.renew();
  const tiers = await Promise.all(engine.tiers.map((tier) => tierStats(tier, tenant, signal)));
  const byFamily = Object.fromEntries(
    [...tenant.families.values()].map((family) => [family.name, familyStats(family, engine.tiers)]),
  );
  const stats: CacheStats = {
    tenantId: tenant.tenantId,
    ...sumFamilies(Object.values(byFamily)),
    ...tenant.counters,
    byFamily,
    tiers,
    log: await logStats(engine),
  };
  return withMoney(engine, stats);
}

type Summed = Pick<
  CacheStats,
  | "hits"
  | "misses"
  | "hitRatio"
  | "causes"
  | "coalesced"
  | "computes"
  | "computeErrors"
  | "computeMs"
  | "saved"
  | "servedBytes"
>;

function sumFamilies(families: readonly FamilyStats[]): Summed {
  const sum = (pick: (family: FamilyStats) => number): number =>
    families.reduce((n, family) => n + pick(family), 0);
  const hits = sum((f) => f.hits);
  const misses = sum((f) => f.misses);
  const savedMs = sum((f) => f.savedMs);
  return {
    hits,
    misses,
    hitRatio: hitRatio(hits, misses),
    causes: sumCauses(families),
    coalesced: sum((f) => f.coalesced),
    computes: sum((f) => f.computes),
    computeErrors: sum((f) => f.computeErrors),
    computeMs: sum((f) => f.computeMs),
    saved: { computeMs: savedMs, computeSeconds: savedMs / 1000 },
    servedBytes: sum((f) => f.servedBytes),
  };
}

function sumCauses(families: readonly FamilyStats[]): CacheStats["causes"] {
  const sums: Partial<Record<ReadMissCause, number>> = {};
  for (const { causes } of families) {
    // Entries of a record keyed by causes.
    for (const [cause, count] of Object.entries(causes) as [ReadMissCause, number][])
      sums[cause] = (sums[cause] ?? 0) + count;
  }
  return sums;
}

function withMoney({ prices, clock, startedAt }: Engine, stats: CacheStats): CacheStats {
  if (prices === undefined) return stats;
  return { ...stats, money: moneyOf(stats, prices, clock.monotonic() - startedAt) };
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
    acknowledged: { ...coherence.acknowledged },
    scopes,
    globs,
    mirrorBytes: bytes,
    bytesPerScope: scopes === 0 ? 0 : Math.round(bytes / scopes),
  };
}
