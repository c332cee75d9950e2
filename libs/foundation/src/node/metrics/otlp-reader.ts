import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import {
  PeriodicExportingMetricReader,
  type MetricProducer,
  type PushMetricExporter,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { endable } from "../otlp/end-exports.ts";
import type { OtlpTarget } from "../telemetry-config.ts";
import type { ExportHealth } from "./export-health.ts";

/** Where metrics are pushed, and how often. */
export type OtlpPush = OtlpTarget & Readonly<{ intervalMs: number }>;

/** A reader that pushes metrics to a collector, protobuf over HTTP. */
export class OtlpReader extends PeriodicExportingMetricReader {
  /** A push that is under way, or begins later, fails, and holds the process no longer. */
  readonly endPushes: () => void;

  constructor(target: OtlpPush, producer: MetricProducer, health: ExportHealth) {
    const exporter = new OTLPMetricExporter({
      url: target.url,
      headers: { ...target.headers },
      timeoutMillis: target.timeoutMs,
      compression:
        target.compression === "gzip" ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    });
    super({
      exporter: new WatchedExporter(exporter, health),
      exportIntervalMillis: target.intervalMs,
      exportTimeoutMillis: Math.min(target.timeoutMs, target.intervalMs),
      metricProducers: [producer],
    });
    this.endPushes = endable(exporter);
  }
}

/** Tells {@link ExportHealth} how each export ended. */
class WatchedExporter implements PushMetricExporter {
  readonly #inner: OTLPMetricExporter;
  readonly #health: ExportHealth;

  constructor(inner: OTLPMetricExporter, health: ExportHealth) {
    this.#inner = inner;
    this.#health = health;
  }

  export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    this.#inner.export(metrics, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#health.succeeded();
      else this.#health.failed(result.error);
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }
}
