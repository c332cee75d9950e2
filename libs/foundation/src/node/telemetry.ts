import type { Clock, Logger, TelemetryPort } from "@cogniverse/sdk";

/** What telemetry looked like when asked. */
export interface TelemetryStats {
  /** Spans that the collector acknowledged. */
  readonly exported: number;
  /** Spans given up: the queue was full, or their export failed. */
  readonly dropped: number;
  /** Exports that failed: of traces, annotations and metrics. */
  readonly failures: number;
  /** Spans that wait to be exported or are on their way. */
  readonly queue: number;
}

/** What `startTelemetry` takes from its surroundings. */
export interface TelemetrySurroundings {
  readonly logger: Logger;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Where times of spans come from. Default: the machine's clocks. */
  readonly clock?: Clock | undefined;
}

/** Running telemetry. Whoever started it shuts it down. */
export interface Telemetry extends AsyncDisposable {
  /** What the cache reports to. Of use before and after {@link shutdown}; then it keeps nothing. */
  readonly port: TelemetryPort;
  /** Where Prometheus finds the metrics of this process; `undefined` unless configured. */
  readonly prometheus: Readonly<{ url: string }> | undefined;
  stats(): TelemetryStats;
  /**
   * Resolves when everything that had ended is acknowledged or given up, at the latest after `limitMs` (default `shutdownMs`).
   * Never rejects: what failed is counted and logged.
   */
  flush(limitMs?: number): Promise<void>;
  /** {@link flush}, then ends everything that was started. Idempotent; never rejects. */
  shutdown(limitMs?: number): Promise<void>;
}
