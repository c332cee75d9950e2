import type { Observation } from "@cogniverse/sdk";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import type { TierCounters } from "./counters.ts";
import type { Readings } from "./readings.ts";

type Tenants = () => readonly TenantState[];

/** Instruments of what went into tiers and came out of them, by tenant and tier, and whether a tier is left out. */
export function tierReadings(tenants: Tenants, tiers: readonly Tier[]): Readings {
  const counted = (pick: (counters: TierCounters) => number): Observation =>
    ofTier(tenants, tiers, (tenant, tier) => pick(tenant.tierCounters(tier)));
  return {
    "cache.writes": counted(({ writes }) => writes),
    "cache.writes.refused": counted(({ refusedWrites }) => refusedWrites),
    "cache.promotions": counted(({ promotions }) => promotions),
    "cache.demotions": counted(({ demotions }) => demotions),
    "cache.swept": counted(({ swept }) => swept),
    "cache.evictions": evictions(tenants, tiers),
    "cache.requests": requests(tenants, tiers),
    "cache.errors": ofTier(tenants, tiers, ({ tenantId }, tier) => tier.trafficOf(tenantId).errors),
    "cache.tier.down": (emit) => {
      for (const { name, state } of tiers) emit(state === "up" ? 0 : 1, { tier: name });
    },
  };
}

function ofTier(
  tenants: Tenants,
  tiers: readonly Tier[],
  read: (tenant: TenantState, tier: Tier) => number,
): Observation {
  return (emit) => {
    for (const tenant of tenants()) {
      for (const tier of tiers)
        emit(read(tenant, tier), { "tenant.id": tenant.tenantId, tier: tier.name });
    }
  };
}

/** Reads and writes also where there was none yet: a rate needs a first value to start from. */
function requests(tenants: Tenants, tiers: readonly Tier[]): Observation {
  return (emit) => {
    for (const { tenantId } of tenants()) {
      for (const tier of tiers) {
        const sent = { get: 0, put: 0, ...tier.trafficOf(tenantId).requests };
        for (const [operation, count] of Object.entries(sent))
          emit(count, { "tenant.id": tenantId, tier: tier.name, operation });
      }
    }
  };
}

/** Of tiers that tell of evictions alone: nothing is known of the others. */
function evictions(tenants: Tenants, tiers: readonly Tier[]): Observation {
  return (emit) => {
    for (const tenant of tenants()) {
      for (const tier of tiers) {
        if (tier.backend.evictions === undefined) continue;
        for (const [cause, count] of Object.entries(tenant.tierCounters(tier).evictions))
          emit(count, { "tenant.id": tenant.tenantId, tier: tier.name, cause });
      }
    }
  };
}
