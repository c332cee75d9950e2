import { systemClock, systemRandom } from "@cogniverse/core";
import { ConfigError } from "../config/config-error.ts";
import { loadConfig } from "../config/load-config.ts";
import { type ExamineOptions, quietContext } from "../examine/examine-tiers.ts";
import { examineTier } from "../examine/tier-examination.ts";
import { resolveWithEnvironment } from "../telemetry/resolve-with-environment.ts";
import { truthOf } from "../tiers/truth.ts";
import { diagnoseTier } from "./diagnose-tier.ts";
import type { Diagnosis, TierDiagnosis } from "./diagnosis.ts";
import { telemetryReach } from "./telemetry-reach.ts";

/** Options of {@link diagnose}. */
export type DiagnoseOptions = ExamineOptions &
  Readonly<{
    /** Told before each step, for progress. */
    onStep?: ((step: Readonly<{ tier: string; check: string }>) => void) | undefined;
  }>;

const EXAMINE_LIMIT_MS = 3000;

/**
 * Looks at the servers of all tiers, then starts one tier after the other as an application would, but leaving the servers' settings and buckets as they are,
 * tries everything that the cache relies on under a tenant and keys that no user can have, times it, and removes what it tried, also
 * when `signal` ends it early: then it rejects with the signal's reason. Appends nothing to the invalidation log. Throws
 * {@link ConfigError} for a configuration that is wrong; everything else is a finding.
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { resolved, problems, secrets, locate } = await loadConfig(options, options);
  if (resolved === undefined) throw new ConfigError(problems);
  const exported = resolveWithEnvironment(resolved.telemetry, options.env ?? process.env);
  if (exported.finding !== undefined) throw new ConfigError([locate(exported.finding)]);
  const { clock = systemClock, limitMs = EXAMINE_LIMIT_MS, signal, onStep } = options;
  const run = systemRandom.id();
  const truth = truthOf(resolved);
  onStep?.({ tier: "", check: "servers" });
  const subjects = await Promise.all(
    resolved.tiers.map(async (tier) => {
      const context = quietContext(tier, resolved, clock);
      const holdsTruth = tier.name === truth.tier;
      const limits = { limitMs, signal, holdsTruth };
      return { tier, context, examined: await examineTier(tier, context, limits) };
    }),
  );
  const tiers: TierDiagnosis[] = [];
  // One after the other: side by side they would be in each other's figures.
  for (const { tier, context, examined } of subjects) {
    const step = (check: string): void => onStep?.({ tier: tier.name, check });
    tiers.push(await diagnoseTier(tier, examined, { context, run, signal, onStep: step }));
  }
  if (exported.config !== undefined) onStep?.({ tier: "", check: "telemetry" });
  const telemetry =
    exported.config === undefined
      ? []
      : await telemetryReach(exported.config, { clock, limitMs, signal });
  const ok = !tiers.some(({ findings }) => findings.some(({ level }) => level === "problem"));
  return secrets.maskDeep({ ok, truth, tiers, telemetry });
}
