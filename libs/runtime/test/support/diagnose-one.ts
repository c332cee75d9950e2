import type { BackendModule, CacheBackend, ExaminationFinding } from "@cogniverse/sdk";
import { diagnose, type DiagnoseOptions, type Diagnosis } from "../../src/index.ts";
import { fakeModule } from "./fake-modules.ts";

/** A diagnosis of one tier `only` over this backend. */
export function diagnoseOne(
  backend: CacheBackend,
  parts: Partial<BackendModule> & Omit<DiagnoseOptions, "config" | "configPath" | "clock"> = {},
): Promise<Diagnosis> {
  const { signal, onStep, limitMs, ...module } = parts;
  const fake = fakeModule("fake", module);
  fake.make = async () => backend;
  const tiers = { only: { backend: "fake", time_limit_ms: 100 } };
  return diagnose({
    config: { caching: { tiers } },
    backends: { fake },
    signal,
    onStep,
    limitMs,
  });
}

/** What was found in the only tier, but for what is fine. */
export function faultsOf({ tiers }: Diagnosis): readonly ExaminationFinding[] {
  return tiers.flatMap(({ findings }) => findings).filter(({ level }) => level !== "ok");
}
