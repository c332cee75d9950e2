import type { Logger } from "@cogniverse/sdk";
import type { Resource } from "@opentelemetry/resources";
import { MeterProvider, type MetricReader } from "@opentelemetry/sdk-metrics";
import type { CacheMeter } from "../../metrics/meter-source.ts";
import type { ResolvedMetricsConfig } from "../telemetry-config.ts";
import { CacheInstruments } from "./cache-instruments.ts";
import { ExportHealth } from "./export-health.ts";
import { OtlpReader } from "./otlp-reader.ts";
import { within } from "../within.ts";
import { ScrapeReader } from "./scrape-reader.ts";
import { listen, type ScrapeServer } from "./scrape-server.ts";

/** What {@link startMetrics} takes from its surroundings. */
export interface MetricsSurroundings {
  /** Who this process is: `target_info` in Prometheus, the resource in OTLP. */
  readonly resource: Resource;
  readonly logger: Logger;
}

/** Running export of metrics. Whoever started it shuts it down. */
export interface RunningMetrics {
  /** For `openMetrics`; `undefined` where neither OTLP nor Prometheus is configured. */
  readonly meter: CacheMeter | undefined;
  /** Where Prometheus finds the metrics; `undefined` unless configured. */
  readonly prometheus: Readonly<{ url: string }> | undefined;
  /** Pushes over OTLP that failed. */
  readonly failures: number;
  /** Pushes what there is now, within `limitMs`. Never rejects. */
  flush(limitMs: number): Promise<void>;
  /** {@link flush}, then frees the port. Idempotent; never rejects. A push that goes on beyond `limitMs` is given up. */
  shutdown(limitMs: number): Promise<void>;
}

/**
 * Starts what is configured. The provider is not registered with the OpenTelemetry API: a process that has its own SDK keeps it. Rejects with
 * `invalid_config` where the scrape endpoint's address cannot be had.
 */
export async function startMetrics(
  config: ResolvedMetricsConfig,
  { resource, logger }: MetricsSurroundings,
): Promise<RunningMetrics> {
  const { otlp, prometheus } = config;
  const instruments = new CacheInstruments();
  const health = new ExportHealth("metrics", otlp?.url ?? "", logger);
  const scraped = prometheus && new ScrapeReader(instruments);
  const server = prometheus && scraped && (await listen(prometheus, () => scraped.scrape()));
  const pushed = otlp && new OtlpReader(otlp, instruments, health);
  const readers = [scraped, pushed].filter((reader) => reader !== undefined);
  return new Running(readers, { resource, instruments, health, server, pushed });
}

interface Parts {
  readonly resource: Resource;
  readonly instruments: CacheInstruments;
  readonly health: ExportHealth;
  readonly server: ScrapeServer | undefined;
  readonly pushed: OtlpReader | undefined;
}

class Running implements RunningMetrics {
  readonly meter: CacheMeter | undefined;
  readonly #provider: MeterProvider;
  readonly #parts: Parts;
  #ended: Promise<void> | undefined;

  constructor(readers: MetricReader[], parts: Parts) {
    this.#parts = parts;
    this.#provider = new MeterProvider({ resource: parts.resource, readers });
    this.meter = readers.length === 0 ? undefined : parts.instruments;
  }

  get prometheus(): Readonly<{ url: string }> | undefined {
    const { server } = this.#parts;
    return server && { url: server.url };
  }

  get failures(): number {
    return this.#parts.health.failures;
  }

  flush(limitMs: number): Promise<void> {
    return within(limitMs, this.#provider.forceFlush());
  }

  shutdown(limitMs: number): Promise<void> {
    return (this.#ended ??= this.#end(limitMs));
  }

  async #end(limitMs: number): Promise<void> {
    const { server, pushed } = this.#parts;
    const shut = Promise.allSettled([this.#provider.shutdown(), server?.close()]);
    await within(limitMs, shut);
    pushed?.endPushes();
    server?.cut();
    await shut;
  }
}
