export type { KeyVisibility } from "../masking/key-visibility.ts";
export { resolveTelemetryConfig } from "./config/resolve-config.ts";
export { startTelemetry } from "./start-telemetry.ts";
export type {
  BatchConfig,
  KeysConfig,
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
