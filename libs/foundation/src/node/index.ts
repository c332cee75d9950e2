export { resolveTelemetryConfig } from "./config/resolve-config.ts";
export { startTelemetry } from "./start-telemetry.ts";
export type {
  BatchConfig,
  KeysConfig,
  KeyVisibility,
  MetricsConfig,
  OtlpMetricsConfig,
  OtlpProtocol,
  OtlpTarget,
  PrometheusConfig,
  ResolvedMetricsConfig,
  ResolvedTelemetryConfig,
  SamplingConfig,
  ServiceConfig,
  TelemetryConfig,
} from "./telemetry-config.ts";
export type { Telemetry, TelemetryStats, TelemetrySurroundings } from "./telemetry.ts";
