import { setImmediate } from "node:timers/promises";
import { CacheManager, type CacheManagerOptions } from "@cogniverse/core";
import type { Call, TelemetryPort } from "@cogniverse/sdk";
import type { ResolvedConfig } from "./config/resolved-config.ts";
import type { CacheTelemetry } from "./telemetry/cache-telemetry.ts";
import { type TelemetryReport, telemetryReport } from "./telemetry/telemetry-report.ts";
import { type CacheReport, reportOf } from "./tiers/cache-report.ts";
import type { TierConnection } from "./tiers/tier-connection.ts";

/** What a {@link ConfiguredCache} is made of beside the manager's options. `started`: telemetry that ends with the cache. */
export type ConfiguredParts = Readonly<{
  config: ResolvedConfig;
  connections: readonly TierConnection[];
  telemetry: TelemetryPort;
  started: CacheTelemetry["started"];
}>;

/** A cache manager that knows what it was configured from. Closing it closes its tiers, and then its telemetry. */
export class ConfiguredCache extends CacheManager {
  /** What the configuration came to. */
  readonly config: ResolvedConfig;
  /** Where the cache reports to, for spans of your own beside its: secrets of the configuration are masked in them. */
  readonly telemetry: TelemetryPort;
  readonly #connections: readonly TierConnection[];
  readonly #started: CacheTelemetry["started"];
  #ending: Promise<void> | undefined;

  constructor(options: CacheManagerOptions, parts: ConfiguredParts) {
    super(options);
    this.config = parts.config;
    this.telemetry = parts.telemetry;
    this.#connections = parts.connections;
    this.#started = parts.started;
  }

  /** Which tiers are there, at this moment. */
  get report(): CacheReport {
    return reportOf(this.config.enabled, this.#connections);
  }

  /** What became of its spans until now; `undefined` where it started no telemetry of its own. */
  get telemetryReport(): TelemetryReport | undefined {
    return telemetryReport(this.#started);
  }

  /**
   * Then exports what is left, for at most `telemetry.shutdown_ms`. Aborting the signal ends the waiting, not the closing.
   */
  override close(call?: Call): Promise<void> {
    this.#ending ??= this.#end();
    return waitFor(this.#ending, call?.signal);
  }

  async #end(): Promise<void> {
    try {
      await super.close();
    } finally {
      // Whose call closing has ended gets a turn to end its own span: then all of them are there.
      await setImmediate();
      await this.#started?.shutdown();
    }
  }
}

async function waitFor(done: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return done;
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    await Promise.race([done, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
