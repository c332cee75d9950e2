export type { ConfiguredCache } from "./configured-cache.ts";
export { createCache, type CreateCacheOptions } from "./create-cache.ts";
export type { TelemetrySummary } from "./telemetry/telemetry-summary.ts";
export type { TelemetryReport } from "./telemetry/telemetry-report.ts";
export type { CacheReport, TierReport } from "./tiers/cache-report.ts";
export { consoleLogger } from "./console-logger.ts";
export { installedBackends } from "./backends/installed-backends.ts";
export type { BackendModules } from "./backends/load-backend.ts";
export type {
  CacheConfig,
  CachingConfig,
  CoherenceConfig,
  KeyTypeConfig,
  PolicyConfig,
  SweepConfig,
  TierConfig,
} from "./config/cache-config.ts";
export type {
  HeadersConfig,
  MetricsSection,
  PricesConfig,
  TelemetrySection,
} from "./config/telemetry-section.ts";
export type { ConfigSource } from "./config/config-source.ts";
export type { Environment } from "./config/expand-variables.ts";
export type { ConfigLocation, ConfigProblemCode, LocatedProblem } from "./config/config-problem.ts";
export { ConfigError } from "./config/config-error.ts";
export { formatConfigProblems, type FormatOptions } from "./config/format-problems.ts";
export {
  checkConfig,
  type CheckConfigOptions,
  type ConfigCheck,
  type ConfigSummary,
  type PolicySummary,
} from "./config/check-config.ts";
export type { ResolvedConfig, ResolvedTier } from "./config/resolved-config.ts";
export { jsonSchema, type JsonSchema } from "./config/json-schema.ts";
export type { TruthSummary } from "./tiers/truth.ts";
export { examineTiers, type ExamineOptions } from "./examine/examine-tiers.ts";
export type { TierExamination } from "./examine/tier-examination.ts";
export { diagnose, type DiagnoseOptions } from "./diagnose/diagnose.ts";
export type { Diagnosis, TierDiagnosis } from "./diagnose/diagnosis.ts";
export type { LatencyFigures } from "./diagnose/percentile.ts";
