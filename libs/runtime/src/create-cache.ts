import {
  type CacheManagerOptions,
  defineKeyType,
  systemClock,
  systemRandom,
} from "@cogniverse/core";
import { hostname } from "node:os";
import type { BackendContext, Clock, Logger, Random, TelemetryPort } from "@cogniverse/sdk";
import type { BackendModules } from "./backends/load-backend.ts";
import { ConfigError } from "./config/config-error.ts";
import type { ConfigSource } from "./config/config-source.ts";
import type { Environment } from "./config/expand-variables.ts";
import { CODECS } from "./config/key-type-codecs.ts";
import { type LoadedConfig, loadConfig } from "./config/load-config.ts";
import type { ResolvedConfig } from "./config/resolved-config.ts";
import { ConfiguredCache } from "./configured-cache.ts";
import { consoleLogger } from "./console-logger.ts";
import { maskedLogger } from "./secrets/masked-logger.ts";
import { maskedTelemetry } from "./secrets/masked-telemetry.ts";
import { cacheTelemetry } from "./telemetry/cache-telemetry.ts";
import { telemetryFinding } from "./telemetry/resolve-with-environment.ts";
import { type StartedTiers, startTiers } from "./tiers/start-tiers.ts";

/** Options of {@link createCache}: a configuration, and what the cache may use. */
export type CreateCacheOptions = ConfigSource &
  Readonly<{
    /** Modules by what the configuration says behind `backend:`. They are taken as they are, for bundlers and tests; others are imported. */
    backends?: BackendModules | undefined;
    /** What `${VAR}` is looked up in. Default: `process.env`. */
    env?: Environment | undefined;
    clock?: Clock | undefined;
    random?: Random | undefined;
    /** Default: warnings and errors on standard error. */
    logger?: Logger | undefined;
    /** In the place of what the configuration says. Default: that; without it, the OpenTelemetry SDK of the process, where it has one. */
    telemetry?: TelemetryPort | undefined;
    /**
     * For a process that ends with one command: of the telemetry that is configured traces alone leave, closing waits at most so many milliseconds
     * for them, and where they cannot be started there is a warning and no error.
     */
    tracesWithinMs?: number | undefined;
    /** Told what the configuration came to, before any tier is started. What it throws rejects the call. */
    onConfig?: ((config: ResolvedConfig) => void) | undefined;
  }>;

/**
 * Makes a cache from its configuration. Only a wrong configuration rejects, with a {@link ConfigError} that holds everything that is
 * wrong at once; a tier that cannot be reached is reported (`report`, one line to the logger), reads as "tier-down", and is
 * tried again until it is there. Waits at most 5 seconds for tiers.
 */
export async function createCache(options: CreateCacheOptions): Promise<ConfiguredCache> {
  const loaded = await loadConfig(options, { backends: options.backends, env: options.env });
  const { resolved, secrets } = loaded;
  if (resolved === undefined) throw new ConfigError(loaded.problems);
  options.onConfig?.(resolved);
  const { clock = systemClock, random = systemRandom, env = process.env } = options;
  const logger = maskedLogger(options.logger ?? consoleLogger, secrets);
  const { telemetry: given, tracesWithinMs } = options;
  const { telemetry: config, networkLeaseMs } = resolved;
  const parts = { given, config, logger, env, clock, tracesWithinMs };
  const { port, started } = await cacheTelemetry(parts).catch((error: unknown) => {
    throw configErrorOf(error, loaded);
  });
  const telemetry = maskedTelemetry(port, secrets);
  const context = { clock, random, logger, telemetry };
  let tiers: StartedTiers | undefined;
  try {
    tiers = await startTiers(resolved.tiers, { ...context, networkLeaseMs }, secrets);
    refuseFindings(tiers, loaded);
    const { connections } = tiers;
    const managerOptions = { ...managerPart(resolved), ...context, tiers: tiers.options };
    return new ConfiguredCache(managerOptions, {
      config: resolved,
      connections,
      telemetry,
      started,
    });
  } catch (error) {
    const connections = tiers?.connections ?? [];
    await Promise.allSettled(connections.map((c) => c[Symbol.asyncDispose]()));
    await started?.shutdown();
    throw error;
  }
}

/** Wrong variables are a wrong configuration too. */
function configErrorOf(error: unknown, { locate }: LoadedConfig): unknown {
  const finding = telemetryFinding(error);
  return finding === undefined ? error : new ConfigError([locate(finding)], { cause: error });
}

function refuseFindings({ findings }: StartedTiers, { locate }: LoadedConfig): void {
  if (findings.length > 0) throw new ConfigError(findings.map(locate));
}

function managerPart(
  config: ResolvedConfig,
): Omit<CacheManagerOptions, "tiers" | keyof BackendContext> {
  return {
    policies: config.policies,
    defaultPolicy: config.defaultPolicy,
    tenants: config.tenants,
    keyTypes: config.keyTypes.map(({ template, codec, version = 1, immutable = false }) =>
      defineKeyType(template, CODECS[codec], { version, immutable }),
    ),
    node: `${hostname()}:${process.pid}`,
    backgroundLimit: config.backgroundLimit,
    coherenceWaitMs: config.coherenceWaitMs,
    slowReadMs: config.telemetry?.sampling?.slowReadMs,
    figuresIntervalMs: config.figuresIntervalMs,
    sweep: config.sweep,
    prices: config.prices,
  };
}
