import type { ResolvedMetricsConfig, TelemetryConfig } from "../telemetry-config.ts";
import { type Environment, numberOf, pairsOf, protocolOf, textOf } from "./environment.ts";
import { invalidConfig } from "./invalid-config.ts";
import { compressionOf, lowerCased } from "./otlp-request.ts";
import { signalUrl } from "./otlp-url.ts";

const PATH = "/v1/metrics";

const TIMEOUTS = [
  "OTEL_METRIC_EXPORT_TIMEOUT",
  "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
  "OTEL_EXPORTER_OTLP_TIMEOUT",
] as const;

/** Which ways metrics leave. `OTEL_METRICS_EXPORTER` (otlp, prometheus) opens one as naming it in the configuration does. */
export function metricsTargets(config: TelemetryConfig, env: Environment): ResolvedMetricsConfig {
  const { otlp, prometheus, tenants = 100, keyTypes = 50 } = config.metrics ?? {};
  const asked = (textOf(env, "OTEL_METRICS_EXPORTER") ?? "").split(",").map((s) => s.trim());
  const wanted = otlp !== undefined || asked.includes("otlp");
  const url = metricsUrl(otlp?.endpoint, env, {
    wanted,
    refused: otlp === undefined && asked.includes("none"),
  });
  return {
    otlp: url === undefined ? undefined : { ...otlpMetrics(config, env), url },
    prometheus:
      prometheus === undefined && !asked.includes("prometheus")
        ? undefined
        : {
            host: prometheus?.host ?? textOf(env, "OTEL_EXPORTER_PROMETHEUS_HOST") ?? "127.0.0.1",
            port: prometheus?.port ?? numberOf(env, "OTEL_EXPORTER_PROMETHEUS_PORT") ?? 9464,
            path: prometheus?.path ?? "/metrics",
          },
    tenants,
    keyTypes,
  };
}

/**
 * The endpoint of all signals counts only where metrics were asked for: it is often a Phoenix, which takes none. Metrics leave over HTTP alone: throws
 * `invalid_config` where the environment names a gRPC endpoint for them.
 */
function metricsUrl(
  endpoint: string | undefined,
  env: Environment,
  { wanted, refused }: Readonly<{ wanted: boolean; refused: boolean }>,
): string | undefined {
  if (endpoint !== undefined) return signalUrl(endpoint, PATH, "metrics.otlp.endpoint");
  if (refused) return undefined;
  const own = textOf(env, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
  if (own !== undefined) {
    refuseGrpc(env, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL");
    return signalUrl(own, "", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
  }
  const any = wanted ? textOf(env, "OTEL_EXPORTER_OTLP_ENDPOINT") : undefined;
  if (any === undefined) return undefined;
  refuseGrpc(env, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");
  return signalUrl(any, PATH, "OTEL_EXPORTER_OTLP_ENDPOINT");
}

/** `names`: the variables that say what an endpoint of the environment speaks. */
function refuseGrpc(env: Environment, ...names: readonly string[]): void {
  if (protocolOf(env, ...names) !== "grpc") return;
  const message =
    "is grpc, and metrics leave over http/protobuf alone: name metrics.otlp.endpoint, or OTEL_METRICS_EXPORTER=none";
  throw invalidConfig([{ path: [names.at(-1) ?? ""], message }]);
}

function otlpMetrics(
  config: TelemetryConfig,
  env: Environment,
): Omit<NonNullable<ResolvedMetricsConfig["otlp"]>, "url"> {
  const { intervalMs, headers = {} } = config.metrics?.otlp ?? {};
  return {
    protocol: "http/protobuf",
    compression: compressionOf(env, "METRICS"),
    headers: lowerCased(
      pairsOf(env, "OTEL_EXPORTER_OTLP_HEADERS"),
      pairsOf(env, "OTEL_EXPORTER_OTLP_METRICS_HEADERS"),
      headers,
    ),
    timeoutMs: numberOf(env, ...TIMEOUTS) ?? 10_000,
    intervalMs: intervalMs ?? numberOf(env, "OTEL_METRIC_EXPORT_INTERVAL") ?? 60_000,
  };
}
