import { hostname } from "node:os";
import { pid } from "node:process";
import type { ResolvedTelemetryConfig, TelemetryConfig } from "../telemetry-config.ts";
import { problemsOf } from "./config-rules.ts";
import { type Environment, flagOf, numberOf, pairsOf, textOf } from "./environment.ts";
import { invalidConfig } from "./invalid-config.ts";
import { metricsTargets } from "./metrics-targets.ts";
import { traceTarget } from "./trace-target.ts";

/**
 * Configuration over environment over defaults. The variables are those of OpenTelemetry (`OTEL_*`) and of Phoenix (`PHOENIX_*`)
 * that {@link TelemetryConfig} names. Throws `invalid_config` that names everything wrong.
 */
export function resolveTelemetryConfig(
  config: TelemetryConfig,
  env: Environment,
): ResolvedTelemetryConfig {
  const { sampling, keys } = config;
  const service = resolveService(config, env);
  const batch = resolveBatch(config, env);
  const traces =
    textOf(env, "OTEL_TRACES_EXPORTER") === "none" && config.endpoint === undefined
      ? undefined
      : traceTarget(config, env, batch.timeoutMs);
  const resolved: ResolvedTelemetryConfig = {
    enabled: config.enabled ?? !flagOf(env, "OTEL_SDK_DISABLED"),
    traces,
    project:
      config.project ??
      textOf(env, "PHOENIX_PROJECT_NAME") ??
      service.resourceAttributes["openinference.project.name"] ??
      "cogniverse",
    ...service,
    tenancy: config.tenancy ?? "attribute",
    sampling: { hits: sampling?.hits ?? 1, slowReadMs: sampling?.slowReadMs ?? 250 },
    // An empty text is what an unset variable of the YAML expands to.
    keys: { visibility: keys?.visibility ?? "hmac", secret: keys?.secret || undefined },
    values: config.values ?? false,
    annotations: config.annotations ?? false,
    batch,
    shutdownMs: config.shutdownMs ?? 5000,
    metrics: metricsTargets(config, env),
  };
  const problems = problemsOf(resolved);
  if (problems.length > 0) throw invalidConfig(problems);
  return resolved;
}

function resolveBatch(config: TelemetryConfig, env: Environment): ResolvedTelemetryConfig["batch"] {
  const { batch } = config;
  const maxQueue = batch?.maxQueue ?? numberOf(env, "OTEL_BSP_MAX_QUEUE_SIZE") ?? 4096;
  const maxSize = batch?.maxSize ?? numberOf(env, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE") ?? 512;
  const timeouts = [
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
  ];
  return {
    maxQueue,
    maxSize: Math.min(maxSize, maxQueue),
    delayMs: batch?.delayMs ?? numberOf(env, "OTEL_BSP_SCHEDULE_DELAY") ?? 2000,
    timeoutMs: batch?.timeoutMs ?? numberOf(env, ...timeouts) ?? 10_000,
  };
}

function resolveService(
  { service }: TelemetryConfig,
  env: Environment,
): Pick<ResolvedTelemetryConfig, "service" | "resourceAttributes"> {
  const resourceAttributes = pairsOf(env, "OTEL_RESOURCE_ATTRIBUTES");
  const name = service?.name ?? textOf(env, "OTEL_SERVICE_NAME");
  return {
    resourceAttributes,
    service: {
      name: name ?? resourceAttributes["service.name"] ?? "cogniverse-cache",
      version: service?.version ?? resourceAttributes["service.version"],
      instance:
        service?.instance ??
        resourceAttributes["service.instance.id"] ??
        `${hostname()}-${String(pid)}`,
    },
  };
}
