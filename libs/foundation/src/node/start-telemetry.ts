import type { TelemetryPort } from "@cogniverse/sdk";
import { openMetrics } from "../metrics/open-metrics.ts";
import { openTelemetry, type OpenTelemetryOptions } from "../open-telemetry.ts";
import { hasGlobalProvider } from "../tracing/api-global.ts";
import { homeOfGlobalProvider } from "../tracing/span-home.ts";
import { resolveTelemetryConfig } from "./config/resolve-config.ts";
import { type RunningMetrics, startMetrics } from "./metrics/start-metrics.ts";
import { ignoredOptions } from "./ignored-options.ts";
import { openInference } from "./openinference.ts";
import type { ResolvedTelemetryConfig, TelemetryConfig } from "./telemetry-config.ts";
import type { Telemetry, TelemetryStats, TelemetrySurroundings } from "./telemetry.ts";
import { type RunningTraces, startTraces } from "./traces/start-traces.ts";
import { telemetryResource } from "./traces/telemetry-resource.ts";

/**
 * Starts what the configuration, over the environment, names: export of traces, of metrics, both or neither. A process that has an OpenTelemetry
 * SDK of its own keeps it: spans go there, and nothing of its is counted here. No collector need be up. Rejects with `invalid_config` where the
 * configuration is wrong, a package is missing, or the scrape endpoint's address is taken.
 */
export async function startTelemetry(
  config: TelemetryConfig,
  surroundings: TelemetrySurroundings,
): Promise<Telemetry> {
  const { logger, env = process.env } = surroundings;
  const resolved = resolveTelemetryConfig(config, env);
  if (!resolved.enabled)
    return new Running(resolved, openTelemetry(portOptions(resolved, surroundings, false)), {});
  const resource = telemetryResource(resolved, resolved.project);
  const metrics = await startMetrics(resolved.metrics, { resource, logger });
  try {
    const traces = await tracesOf(config, resolved, surroundings);
    const port = openTelemetry({
      ...portOptions(resolved, surroundings, traces !== undefined),
      spans: traces?.source,
      metrics: openMetrics({ ...resolved.metrics, meter: metrics.meter }),
    });
    return new Running(resolved, port, { traces, metrics });
  } catch (error) {
    await metrics.shutdown(resolved.shutdownMs);
    throw error;
  }
}

const ADVICE = "add an OTLP exporter to that SDK, or let the cache start its own";

/** `undefined`: spans go to whatever SDK the process has. `said`: by the section alone. */
async function tracesOf(
  said: TelemetryConfig,
  config: ResolvedTelemetryConfig,
  { logger }: TelemetrySurroundings,
): Promise<RunningTraces | undefined> {
  if (config.traces === undefined) return undefined;
  // Another cache that exports elsewhere is no SDK of the process: it would take the spans with it when it is closed.
  if (!hasGlobalProvider() || homeOfGlobalProvider() !== undefined)
    return await startTraces(config, config.traces, logger);
  const { otlp, prometheus } = config.metrics;
  const ignored = ignoredOptions(said, (otlp ?? prometheus) !== undefined);
  const message = "this process has its own OpenTelemetry SDK: spans of the cache go there";
  if (ignored.length === 0) logger.info(message);
  else logger.warn(message, { ignored: ignored.join(", "), advice: ADVICE });
  return undefined;
}

/** `exported`: spans leave by the section, which says then what sessions are called. */
function portOptions(
  config: ResolvedTelemetryConfig,
  { logger, clock }: TelemetrySurroundings,
  exported: boolean,
): OpenTelemetryOptions {
  const { keys, sampling, values, traces, metrics, tenancy } = config;
  return {
    visibility: keys.visibility,
    secret: keys.secret,
    values,
    hits: sampling.hits,
    secrets: [...credentials(traces?.headers), ...credentials(metrics.otlp?.headers)],
    // Where there is nobody to see a span, nobody asks how its keys are masked.
    logger: exported || hasGlobalProvider() ? logger : undefined,
    time: clock,
    enrichment: openInference(exported && tenancy === "project"),
  };
}

/** Without the scheme of an authorization: an error may show the token alone. */
function credentials(headers: Readonly<Record<string, string>> = {}): string[] {
  return Object.values(headers).map((value) => value.replace(/^(?:bearer|basic)\s+/i, ""));
}

interface Parts {
  readonly traces?: RunningTraces | undefined;
  readonly metrics?: RunningMetrics;
}

/** So much of a shutdown's time the spans have at most where metrics are to follow. */
const SPANS_SHARE = 0.75;

class Running implements Telemetry {
  readonly port: TelemetryPort;
  readonly #shutdownMs: number;
  readonly #parts: Parts;
  readonly #observed: readonly Disposable[];
  #ended: Promise<void> | undefined;

  constructor({ shutdownMs }: ResolvedTelemetryConfig, port: TelemetryPort, parts: Parts) {
    this.port = port;
    this.#shutdownMs = shutdownMs;
    this.#parts = parts;
    this.#observed =
      parts.traces === undefined && parts.metrics === undefined ? [] : this.#observe();
  }

  get prometheus(): Readonly<{ url: string }> | undefined {
    return this.#parts.metrics?.prometheus;
  }

  stats(): TelemetryStats {
    const { traces, metrics } = this.#parts;
    return {
      exported: traces?.exported ?? 0,
      dropped: traces?.dropped ?? 0,
      failures:
        (traces?.failures ?? 0) + (traces?.annotationFailures ?? 0) + (metrics?.failures ?? 0),
      queue: traces?.queued ?? 0,
    };
  }

  async flush(limitMs: number = this.#shutdownMs): Promise<void> {
    const { traces, metrics } = this.#parts;
    await Promise.all([traces?.flush(limitMs), metrics?.flush(limitMs)]);
  }

  shutdown(limitMs: number = this.#shutdownMs): Promise<void> {
    return (this.#ended ??= this.#end(limitMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #end(limitMs: number): Promise<void> {
    const { traces, metrics } = this.#parts;
    const until = performance.now() + limitMs;
    // Metrics last: they tell what became of the spans, which leave them some of the time.
    await traces?.shutdown(metrics === undefined ? limitMs : limitMs * SPANS_SHARE);
    await metrics?.shutdown(Math.max(0, until - performance.now()));
    for (const observed of this.#observed) observed[Symbol.dispose]();
  }

  #observe(): readonly Disposable[] {
    const { traces, metrics } = this.#parts;
    return [
      this.port.observe("cache.telemetry.dropped", (emit) => emit(traces?.dropped ?? 0, {})),
      this.port.observe("cache.telemetry.failures", (emit) => {
        emit(traces?.failures ?? 0, { signal: "traces" });
        emit(traces?.annotationFailures ?? 0, { signal: "annotations" });
        emit(metrics?.failures ?? 0, { signal: "metrics" });
      }),
    ];
  }
}
