export { openTelemetry, type OpenTelemetryOptions } from "./open-telemetry.ts";
export type { KeyVisibility } from "./masking/key-visibility.ts";
export type { SpanEnrichment } from "./tracing/span-enrichment.ts";
export type { SpanSource } from "./tracing/span-source.ts";
export type { TimeSource } from "./tracing/span-clock.ts";
export { openMetrics, type MetricsOptions, type MetricsPort } from "./metrics/open-metrics.ts";
export type { CacheMeter } from "./metrics/meter-source.ts";
export { pinoLogger, type PinoLike } from "./logging/pino-logger.ts";
