import type { BackendStats, TierStats } from "@cogniverse/sdk";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import { sumServed } from "./family-stats.ts";

/** What a tier that is down is said to hold. */
const UNKNOWN: BackendStats = { entries: 0, bytes: 0, exact: false };

/** One tier's figures as they are now; asks its backend for what it holds. */
export async function tierStats(
  tier: Tier,
  tenant: TenantState,
  signal: AbortSignal | undefined,
): Promise<TierStats> {
  const { tenantId } = tenant;
  const answer = await tier.call(
    { what: "stats", tenantId },
    (call) => tier.backend.getStats(tenantId, call),
    { signal },
  );
  const { entries, bytes, exact, details = {} } = answer.up ? answer.value : UNKNOWN;
  const { misses, evictions, ...counters } = tenant.tierCounters(tier);
  const { errors, requests } = tier.trafficOf(tenantId);
  const families = [...tenant.families.values()];
  const served = sumServed(families.map((family) => family.servedBy(tier)));
  return {
    tier: tier.name,
    state: answer.up ? tier.state : "down",
    hits: served.hits,
    misses: { ...misses },
    savedMs: served.savedMs,
    servedBytes: served.bytes,
    ...counters,
    errors,
    evictions: { ...evictions },
    requests: { ...requests },
    entries,
    bytes,
    exact,
    details,
  };
}
