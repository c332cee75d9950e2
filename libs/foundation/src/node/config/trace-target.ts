import type { OtlpTarget, TelemetryConfig } from "../telemetry-config.ts";
import { type Environment, numberOf, pairsOf, protocolOf, textOf } from "./environment.ts";
import { compressionOf, lowerCased } from "./otlp-request.ts";
import { grpcUrl, signalUrl } from "./otlp-url.ts";

/** Phoenix's own default. */
const PHOENIX_GRPC_PORT = 4317;

/** Where traces go, `undefined` where nobody names an endpoint. `timeoutMs` is that of one export. */
export function traceTarget(
  config: TelemetryConfig,
  env: Environment,
  timeoutMs: number,
): OtlpTarget | undefined {
  const protocol =
    config.protocol ??
    protocolOf(env, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL") ??
    "http/protobuf";
  const url = traceUrl(config, env, protocol === "grpc");
  if (url === undefined) return undefined;
  const compression = config.compression ?? compressionOf(env, "TRACES");
  return { url, protocol, compression, headers: traceHeaders(config, env), timeoutMs };
}

/** The first that is named: configuration, OpenTelemetry's variable for traces, Phoenix's, OpenTelemetry's for all signals. */
function traceUrl(config: TelemetryConfig, env: Environment, grpc: boolean): string | undefined {
  const path = "/v1/traces";
  if (config.endpoint !== undefined)
    return grpc
      ? grpcUrl(config.endpoint, "endpoint")
      : signalUrl(config.endpoint, path, "endpoint");
  const own = textOf(env, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  // OpenTelemetry: this one is taken as it is, nothing is appended.
  if (own !== undefined)
    return (grpc ? grpcUrl : asItIs)(own, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const phoenix = textOf(env, "PHOENIX_COLLECTOR_ENDPOINT");
  // It names Phoenix's web port; gRPC has one of its own.
  const port = numberOf(env, "PHOENIX_GRPC_PORT") ?? PHOENIX_GRPC_PORT;
  if (phoenix !== undefined)
    return grpc
      ? grpcUrl(phoenix, "PHOENIX_COLLECTOR_ENDPOINT", port)
      : signalUrl(phoenix, path, "PHOENIX_COLLECTOR_ENDPOINT");
  const any = textOf(env, "OTEL_EXPORTER_OTLP_ENDPOINT");
  if (any === undefined) return undefined;
  return grpc
    ? grpcUrl(any, "OTEL_EXPORTER_OTLP_ENDPOINT")
    : signalUrl(any, path, "OTEL_EXPORTER_OTLP_ENDPOINT");
}

function asItIs(text: string, option: string): string {
  return signalUrl(text, "", option);
}

/** Lower-case names; configuration over variables, a key over an `authorization` that stands below it. */
function traceHeaders(config: TelemetryConfig, env: Environment): Record<string, string> {
  const variables = [
    pairsOf(env, "OTEL_EXPORTER_OTLP_HEADERS"),
    pairsOf(env, "PHOENIX_CLIENT_HEADERS"),
    pairsOf(env, "OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
  ];
  const headers = lowerCased(...variables);
  const apiKey = config.apiKey || textOf(env, "PHOENIX_API_KEY");
  if (apiKey !== undefined) headers["authorization"] = `Bearer ${apiKey}`;
  return lowerCased(headers, config.headers ?? {});
}
