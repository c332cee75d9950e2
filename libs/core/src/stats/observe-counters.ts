import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";
import { familyReadings } from "./family-readings.ts";
import { HeldFigures } from "./held-figures.ts";
import { logReadings } from "./log-readings.ts";
import type { Readings } from "./readings.ts";
import { tierReadings } from "./tier-readings.ts";

/** Offers the plain integers to whoever collects; nothing is done until somebody does. */
export function observeCounters(engine: Engine, tenants: () => readonly TenantState[]): Disposable {
  const held = new HeldFigures(engine, tenants);
  const readings: Readings = {
    ...familyReadings(tenants, engine.tiers),
    ...tierReadings(tenants, engine.tiers),
    ...logReadings(engine),
    ...held.readings(),
  };
  const observed = Object.entries(readings).map(([name, read]) =>
    engine.telemetry.observe(name, read),
  );
  return {
    [Symbol.dispose]: () => {
      for (const observation of observed) observation[Symbol.dispose]();
      held[Symbol.dispose]();
    },
  };
}
