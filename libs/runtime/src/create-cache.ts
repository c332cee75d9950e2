import {
  CacheManager,
  type CacheManagerOptions,
  defineKeyType,
  noTelemetry,
  systemClock,
  systemRandom,
} from "@cogniverse/core";
import type { BackendContext, Clock, Logger, Random, TelemetryPort } from "@cogniverse/sdk";
import type { BackendModules } from "./backends/load-backend.ts";
import { ConfigError } from "./config/config-error.ts";
import type { ConfigSource } from "./config/config-source.ts";
import type { Environment } from "./config/expand-variables.ts";
import { CODECS } from "./config/key-type-codecs.ts";
import { type LoadedConfig, loadConfig } from "./config/load-config.ts";
import type { ResolvedConfig } from "./config/resolved-config.ts";
import { consoleLogger } from "./console-logger.ts";
import { maskedLogger } from "./secrets/masked-logger.ts";
import { maskedTelemetry } from "./secrets/masked-telemetry.ts";
import { type CacheReport, reportOf } from "./tiers/cache-report.ts";
import { type StartedTiers, startTiers } from "./tiers/start-tiers.ts";
import type { TierConnection } from "./tiers/tier-connection.ts";

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
    /** Default: none. */
    telemetry?: TelemetryPort | undefined;
  }>;

/** A cache manager that knows what it was configured from. Closing it closes its tiers. */
export class ConfiguredCache extends CacheManager {
  /** What the configuration came to. */
  readonly config: ResolvedConfig;
  readonly #connections: readonly TierConnection[];

  constructor(
    options: CacheManagerOptions,
    config: ResolvedConfig,
    connections: readonly TierConnection[],
  ) {
    super(options);
    this.config = config;
    this.#connections = connections;
  }

  /** Which tiers are there, at this moment. */
  get report(): CacheReport {
    return reportOf(this.config.enabled, this.#connections);
  }
}

/**
 * Makes a cache from its configuration. Only a wrong configuration rejects, with a {@link ConfigError} that holds everything that is
 * wrong at once; a tier that cannot be reached is reported (`report`, one line to the logger), reads as "tier-down", and is
 * tried again until it is there. Waits at most 5 seconds for tiers.
 */
export async function createCache(options: CreateCacheOptions): Promise<ConfiguredCache> {
  const loaded = await loadConfig(options, { backends: options.backends, env: options.env });
  const { resolved } = loaded;
  if (resolved === undefined) throw new ConfigError(loaded.problems);
  const { secrets } = loaded;
  const context = {
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    logger: maskedLogger(options.logger ?? consoleLogger, secrets),
    telemetry: maskedTelemetry(options.telemetry ?? noTelemetry, secrets),
  };
  const { networkLeaseMs } = resolved;
  const started = await startTiers(resolved.tiers, { ...context, networkLeaseMs }, secrets);
  try {
    refuseFindings(started, loaded);
    const managerOptions = { ...managerPart(resolved), ...context, tiers: started.options };
    return new ConfiguredCache(managerOptions, resolved, started.connections);
  } catch (error) {
    await Promise.allSettled(started.connections.map((c) => c[Symbol.asyncDispose]()));
    throw error;
  }
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
    backgroundLimit: config.backgroundLimit,
    coherenceWaitMs: config.coherenceWaitMs,
  };
}
