import type { Logger } from "@cogniverse/sdk";
import { markSampled } from "../../tracing/sampled-read.ts";
import { type SpanSource, TRACER_NAME } from "../../tracing/span-source.ts";
import { AnnotatingExporter } from "../annotations/annotating-exporter.ts";
import { HitAnnotations } from "../annotations/hit-annotations.ts";
import { ExportHealth } from "../metrics/export-health.ts";
import { endable } from "../otlp/end-exports.ts";
import type { OtlpTarget, ResolvedTelemetryConfig } from "../telemetry-config.ts";
import { within } from "../within.ts";
import { registerGlobally } from "./global-provider.ts";
import { OpenSpans } from "./open-spans.ts";
import { SpanQueue } from "./span-queue.ts";
import { traceExporter } from "./trace-exporter.ts";
import { TraceProviders } from "./trace-providers.ts";

/** Running export of traces, and of annotations of what they hold where those are configured. */
export interface RunningTraces {
  readonly source: SpanSource;
  readonly exported: number;
  readonly dropped: number;
  /** Exports of traces that failed. */
  readonly failures: number;
  /** Requests with annotations that failed. */
  readonly annotationFailures: number;
  readonly queued: number;
  /** Resolves when all that is queued now is acknowledged or given up, at the latest after `limitMs`. Never rejects. */
  flush(limitMs: number): Promise<void>;
  /** {@link flush}, and nothing is kept from the call on. Never rejects. */
  shutdown(limitMs: number): Promise<void>;
}

/** Starts export to `target`, and registers with the OpenTelemetry API so that other instrumentation goes the same way. */
export async function startTraces(
  config: ResolvedTelemetryConfig,
  target: OtlpTarget,
  logger: Logger,
): Promise<RunningTraces> {
  const { maxQueue, maxSize } = config.batch;
  // A flush hands over the whole queue at once, beside a batch that may be on its way.
  const exporter = await traceExporter(target, Math.ceil(maxQueue / maxSize) + 1);
  const endExports = endable(exporter);
  const annotations = config.annotations ? hitAnnotations(config, target, logger) : undefined;
  const health = new ExportHealth("traces", target.url, logger);
  const annotated =
    annotations === undefined ? exporter : new AnnotatingExporter(exporter, annotations);
  const queue = new SpanQueue(annotated, config.batch, health);
  return new Running(config, { queue, health, annotations, endExports, logger });
}

function hitAnnotations(
  { batch }: ResolvedTelemetryConfig,
  { url, headers, timeoutMs }: OtlpTarget,
  logger: Logger,
): HitAnnotations {
  const target = {
    url: url.replace(/\/v1\/traces$/, "/v1/span_annotations"),
    headers,
    timeoutMs,
  };
  return new HitAnnotations(target, logger, { maxQueue: batch.maxQueue, delayMs: batch.delayMs });
}

interface Parts {
  readonly queue: SpanQueue;
  readonly health: ExportHealth;
  readonly annotations: HitAnnotations | undefined;
  /** What is under way fails, and holds the process no longer. */
  readonly endExports: () => void;
  readonly logger: Logger;
}

class Running implements RunningTraces {
  readonly source: SpanSource;
  readonly #parts: Parts;
  readonly #unregister: (() => void) | undefined;
  readonly #open = new OpenSpans();
  #live = true;

  constructor(config: ResolvedTelemetryConfig, parts: Parts) {
    this.#parts = parts;
    const providers = new TraceProviders(config, [this.#open, parts.queue]);
    this.#unregister = registerGlobally(providers, this.#open);
    if (this.#unregister !== undefined)
      parts.logger.info("the cache is registered as this process's OpenTelemetry SDK", {
        consequence: "one that the application starts from now on gets no spans; start it first",
      });
    this.source = {
      gate: this.#open,
      mayAppear: false,
      apart: config.tenancy === "project",
      home: () => providers,
      isLive: () => this.#live,
      tracerFor: (tenantId) => providers.tracer(tenantId, TRACER_NAME),
      ...(parts.annotations !== undefined && { sampled: markSampled }),
    };
  }

  get exported(): number {
    return this.#parts.queue.exported;
  }

  get dropped(): number {
    return this.#parts.queue.dropped;
  }

  get failures(): number {
    return this.#parts.health.failures;
  }

  get annotationFailures(): number {
    return this.#parts.annotations?.stats.failures ?? 0;
  }

  get queued(): number {
    return this.#parts.queue.queued;
  }

  async flush(limitMs: number): Promise<void> {
    const until = performance.now() + limitMs;
    const { queue, annotations } = this.#parts;
    await within(limitMs, queue.forceFlush());
    // What was acknowledged just now waits to be annotated.
    await annotations?.flush(Math.max(0, until - performance.now()));
  }

  async shutdown(limitMs: number): Promise<void> {
    const until = performance.now() + limitMs;
    const { queue, annotations, endExports } = this.#parts;
    this.#live = false;
    this.#open.close();
    this.#unregister?.();
    const shut = queue.shutdown();
    await within(limitMs, shut);
    endExports();
    // What was under way has ended: nothing of it is waited for.
    await shut;
    await annotations?.shutdown(Math.max(0, until - performance.now()));
  }
}
