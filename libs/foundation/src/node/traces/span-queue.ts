import { TraceFlags } from "@opentelemetry/api";
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { ExportHealth } from "../metrics/export-health.ts";
import type { ResolvedTelemetryConfig } from "../telemetry-config.ts";
import { CountingExporter } from "./counting-exporter.ts";

/**
 * Spans on their way to the collector, at most `maxQueue` of them, those that are being exported included: the processor of OpenTelemetry
 * counts only those that wait, and tells nobody what it drops. What comes beyond is dropped and counted. All providers of a process share one.
 */
export class SpanQueue implements SpanProcessor {
  readonly #maxQueue: number;
  readonly #exporter: CountingExporter;
  readonly #batches: BatchSpanProcessor;
  #queued = 0;
  #exported = 0;
  #dropped = 0;
  #closed = false;

  constructor(
    exporter: SpanExporter,
    batch: ResolvedTelemetryConfig["batch"],
    health: ExportHealth,
  ) {
    this.#maxQueue = batch.maxQueue;
    this.#exporter = new CountingExporter(exporter, {
      succeeded: (spans) => {
        this.#queued -= spans;
        this.#exported += spans;
        health.succeeded();
      },
      failed: (spans, error) => {
        this.#queued -= spans;
        this.#dropped += spans;
        health.failed(error);
      },
    });
    this.#batches = new BatchSpanProcessor(this.#exporter, {
      maxQueueSize: batch.maxQueue,
      maxExportBatchSize: batch.maxSize,
      scheduledDelayMillis: batch.delayMs,
      exportTimeoutMillis: batch.timeoutMs,
    });
  }

  get exported(): number {
    return this.#exported;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get queued(): number {
    return this.#queued;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#closed || this.#queued >= this.#maxQueue) {
      this.#dropped++;
      return;
    }
    this.#queued++;
    this.#batches.onEnd(span);
  }

  /**
   * Resolves when all that is queued now is acknowledged or given up. `forceFlush` of the processor hands all that waits to the exporter before it
   * returns, but does not wait for a batch that was already on its way.
   */
  async forceFlush(): Promise<void> {
    const flushed = this.#batches.forceFlush();
    const settled = this.#exporter.settled();
    // Failures are counted where they happen.
    await Promise.allSettled([flushed, settled]);
  }

  /** {@link forceFlush}, and nothing is taken from the call on: what was made is by then exported or dropped. */
  async shutdown(): Promise<void> {
    this.#closed = true;
    const shut = this.#batches.shutdown().catch(() => undefined);
    // It hands over what waits some microtasks from now, and does not wait for a batch that was already on its way.
    await shut;
    await this.#exporter.settled();
  }
}
