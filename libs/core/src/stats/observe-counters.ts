import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";

/** Offers the plain integers to whoever collects; nothing is done until somebody does. */
export function observeCounters(engine: Engine, tenants: () => readonly TenantState[]): Disposable {
  const { telemetry } = engine;
  const observed = [
    telemetry.observe("cache.hits", (emit) => {
      for (const tenant of tenants()) {
        for (const tier of engine.tiers)
          emit(tenant.tierCounters(tier).hits, { "tenant.id": tenant.tenantId, tier: tier.name });
      }
    }),
    telemetry.observe("cache.misses", (emit) => {
      for (const { tenantId, families } of tenants()) {
        for (const { name, counters } of families.values())
          emit(counters.misses, { "tenant.id": tenantId, key_type: name });
      }
    }),
    telemetry.observe("cache.errors", (emit) => {
      for (const { tenantId } of tenants()) {
        for (const tier of engine.tiers)
          emit(tier.errorsOf(tenantId), { "tenant.id": tenantId, tier: tier.name });
      }
    }),
  ];
  return {
    [Symbol.dispose]: () => {
      for (const observation of observed) observation[Symbol.dispose]();
    },
  };
}
