import type { Telemetry } from "@cogniverse/foundation/node";

/** What became of the spans of a cache. */
export type TelemetryReport = Readonly<{
  /** Spans that the collector acknowledged. */
  exported: number;
  /** Spans given up: the queue was full, or their export failed. */
  dropped: number;
  /** Exports that failed, of traces and of metrics. */
  failures: number;
  /** Spans that wait or are on their way. */
  queue: number;
  /** Where a Prometheus finds the metrics of this process. */
  prometheusUrl?: string;
}>;

/** `undefined` where the cache started no telemetry of its own. */
export function telemetryReport(started: Telemetry | undefined): TelemetryReport | undefined {
  if (started === undefined) return undefined;
  const { exported, dropped, failures, queue } = started.stats();
  const { prometheus } = started;
  const figures = { exported, dropped, failures, queue };
  return prometheus === undefined ? figures : { ...figures, prometheusUrl: prometheus.url };
}
