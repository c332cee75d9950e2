import type { Logger } from "@cogniverse/sdk";
import { type SpanSource, TRACER_NAME } from "../../tracing/span-source.ts";
import { ExportHealth } from "../metrics/export-health.ts";
import type { OtlpTarget, ResolvedTelemetryConfig } from "../telemetry-config.ts";
import { registerGlobally } from "./global-provider.ts";
import { SpanQueue } from "./span-queue.ts";
import { traceExporter } from "./trace-exporter.ts";
import { TraceProviders } from "./trace-providers.ts";

/** Running export of traces. */
export interface RunningTraces {
  readonly source: SpanSource;
  readonly exported: number;
  readonly dropped: number;
  readonly failures: number;
  readonly queued: number;
  /** Resolves when all that is queued now is acknowledged or given up. */
  flush(): Promise<void>;
  /** {@link flush}, and nothing is kept from the call on. */
  shutdown(): Promise<void>;
}

/** Starts export to `target`, and registers with the OpenTelemetry API so that other instrumentation goes the same way. */
export async function startTraces(
  config: ResolvedTelemetryConfig,
  target: OtlpTarget,
  logger: Logger,
): Promise<RunningTraces> {
  const health = new ExportHealth("traces", target.url, logger);
  const { maxQueue, maxSize } = config.batch;
  // A flush hands over the whole queue at once, beside a batch that may be on its way.
  const exporter = await traceExporter(target, Math.ceil(maxQueue / maxSize) + 1);
  const queue = new SpanQueue(exporter, config.batch, health);
  return new Running(config, queue, health);
}

class Running implements RunningTraces {
  readonly source: SpanSource;
  readonly #queue: SpanQueue;
  readonly #health: ExportHealth;
  readonly #unregister: (() => void) | undefined;
  #live = true;

  constructor(config: ResolvedTelemetryConfig, queue: SpanQueue, health: ExportHealth) {
    this.#queue = queue;
    this.#health = health;
    const providers = new TraceProviders(config, [queue]);
    this.#unregister = registerGlobally(providers);
    this.source = {
      apart: config.tenancy === "project",
      isLive: () => this.#live,
      tracerFor: (tenantId) => providers.tracer(tenantId, TRACER_NAME),
    };
  }

  get exported(): number {
    return this.#queue.exported;
  }

  get dropped(): number {
    return this.#queue.dropped;
  }

  get failures(): number {
    return this.#health.failures;
  }

  get queued(): number {
    return this.#queue.queued;
  }

  async flush(): Promise<void> {
    await this.#queue.forceFlush();
  }

  async shutdown(): Promise<void> {
    this.#live = false;
    this.#unregister?.();
    await this.#queue.shutdown();
  }
}
