import type { LogFields, Logger } from "@cogniverse/sdk";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ResolvedMetricsConfig } from "../../src/node/telemetry-config.ts";
import { startMetrics, type RunningMetrics } from "../../src/node/metrics/start-metrics.ts";
import { openMetrics, type MetricsPort } from "../../src/metrics/open-metrics.ts";

/** Lines that were logged. */
export interface RecordingLogger extends Logger {
  readonly lines: readonly Readonly<{ level: string; message: string; fields?: LogFields }>[];
}

export function recordingLogger(): RecordingLogger {
  const lines: { level: string; message: string; fields?: LogFields }[] = [];
  const at = (level: string) => (message: string, fields?: LogFields) =>
    void lines.push({ level, message, ...(fields !== undefined && { fields }) });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Nothing leaves unless the test says where to. */
export const OFF: ResolvedMetricsConfig = {
  otlp: undefined,
  prometheus: undefined,
  tenants: 100,
  keyTypes: 50,
};

export const SCRAPED = { ...OFF, prometheus: { host: "127.0.0.1", port: 0, path: "/metrics" } };

/** Started metrics with the port over them. */
export interface Started extends AsyncDisposable {
  readonly running: RunningMetrics;
  readonly port: MetricsPort;
  readonly logger: RecordingLogger;
  scrape(): Promise<string>;
}

export async function started(config: ResolvedMetricsConfig): Promise<Started> {
  const logger = recordingLogger();
  const resource = resourceFromAttributes({
    "service.name": "metrics-test",
    "service.instance.id": "one",
  });
  const running = await startMetrics(config, { resource, logger });
  const port = openMetrics({ ...config, meter: running.meter });
  return {
    running,
    port,
    logger,
    scrape: async () => (await fetch(running.prometheus?.url ?? "")).text(),
    [Symbol.asyncDispose]: () => running.shutdown(1000),
  };
}
