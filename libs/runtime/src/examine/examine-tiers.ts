import { noTelemetry, silentLogger, systemClock, systemRandom } from "@cogniverse/core";
import type { BackendContext, Clock } from "@cogniverse/sdk";
import type { BackendModules } from "../backends/load-backend.ts";
import { ConfigError } from "../config/config-error.ts";
import type { ConfigSource } from "../config/config-source.ts";
import type { Environment } from "../config/expand-variables.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ResolvedConfig, ResolvedTier } from "../config/resolved-config.ts";
import { truthOf } from "../tiers/truth.ts";
import { examineTier, type TierExamination } from "./tier-examination.ts";

/** So long one server may take to answer. */
const EXAMINE_LIMIT_MS = 3000;

/** Options of {@link examineTiers}. */
export type ExamineOptions = ConfigSource &
  Readonly<{
    /** Modules by backend name; others are imported. */
    backends?: BackendModules | undefined;
    /** Default: `process.env`. */
    env?: Environment | undefined;
    clock?: Clock | undefined;
    /** How long one tier's server may take, in milliseconds. Default 3000. */
    limitMs?: number | undefined;
    /** Ends it early: rejects with its reason. */
    signal?: AbortSignal | undefined;
  }>;

/**
 * Looks at the servers of all tiers at once and changes nothing there; one answer a tier, in their order. Plain data, without
 * secrets. Throws {@link ConfigError} for a configuration that is wrong; a server that cannot be reached is an answer.
 */
export async function examineTiers(options: ExamineOptions): Promise<readonly TierExamination[]> {
  const { resolved, problems, secrets } = await loadConfig(options, options);
  if (resolved === undefined) throw new ConfigError(problems);
  const { clock = systemClock, limitMs = EXAMINE_LIMIT_MS, signal } = options;
  const truth = truthOf(resolved).tier;
  const examined = await Promise.all(
    resolved.tiers.map((tier) => {
      const holdsTruth = tier.name === truth;
      return examineTier(tier, quietContext(tier, resolved, clock), {
        limitMs,
        signal,
        holdsTruth,
      });
    }),
  );
  return secrets.maskDeep(examined);
}

/** What a backend is given by a program that only looks: what it says comes out as findings, not as lines. */
export function quietContext(
  tier: ResolvedTier,
  { networkLeaseMs }: ResolvedConfig,
  clock: Clock,
): BackendContext {
  return {
    tier: tier.name,
    clock,
    random: systemRandom,
    logger: silentLogger,
    telemetry: noTelemetry,
    networkLeaseMs,
    leaveServer: true,
  };
}
