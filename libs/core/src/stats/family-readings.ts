import type { Observation } from "@cogniverse/sdk";
import type { FamilyState } from "../tenant/family-state.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import type { Tier } from "../tier/tier.ts";
import type { TenantCounters } from "./counters.ts";
import { sumServed } from "./family-stats.ts";
import type { Readings } from "./readings.ts";

type Tenants = () => readonly TenantState[];

/** Instruments of what was read, computed and written, by tenant and key type. */
export function familyReadings(tenants: Tenants, tiers: readonly Tier[]): Readings {
  return {
    "cache.hits": hits(tenants, tiers),
    "cache.misses": misses(tenants),
    "cache.coalesced": ofFamily(tenants, ({ counters }) => counters.coalesced),
    "cache.computes": ofFamily(tenants, ({ counters }) => counters.computes),
    "cache.compute.errors": ofFamily(tenants, ({ counters }) => counters.computeErrors),
    "cache.compute.time": ofFamily(tenants, ({ counters }) => counters.computeMs),
    "cache.compute.saved": ofFamily(tenants, ({ served }) => sumServed(served).savedMs),
    "cache.served": ofFamily(tenants, ({ served }) => sumServed(served).bytes),
    "cache.puts": ofTenant(tenants, ({ puts }) => puts),
    "cache.invalidations": ofTenant(tenants, ({ invalidations }) => invalidations),
  };
}

/** Also where there was none yet: a rate needs a first value to start from. */
function hits(tenants: Tenants, tiers: readonly Tier[]): Observation {
  return (emit) => {
    for (const { tenantId, families } of tenants()) {
      for (const family of families.values()) {
        for (const tier of tiers) {
          const count = family.servedBy(tier).hits;
          if (count > 0 || family.plan.includes(tier))
            emit(count, { "tenant.id": tenantId, tier: tier.name, key_type: family.name });
        }
      }
    }
  };
}

function misses(tenants: Tenants): Observation {
  return (emit) => {
    for (const { tenantId, families } of tenants()) {
      for (const { name, counters } of families.values()) {
        for (const [cause, count] of Object.entries({ absent: 0, ...counters.misses }))
          emit(count, { "tenant.id": tenantId, key_type: name, cause });
      }
    }
  };
}

function ofFamily(tenants: Tenants, pick: (family: FamilyState) => number): Observation {
  return (emit) => {
    for (const { tenantId, families } of tenants()) {
      for (const family of families.values())
        emit(pick(family), { "tenant.id": tenantId, key_type: family.name });
    }
  };
}

function ofTenant(tenants: Tenants, pick: (counters: TenantCounters) => number): Observation {
  return (emit) => {
    for (const { tenantId, counters } of tenants()) emit(pick(counters), { "tenant.id": tenantId });
  };
}
