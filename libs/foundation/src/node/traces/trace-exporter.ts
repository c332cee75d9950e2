import { createRequire } from "node:module";
import { CacheError } from "@cogniverse/sdk";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import type { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { OtlpTarget } from "../telemetry-config.ts";

const GRPC_PACKAGE = "@opentelemetry/exporter-trace-otlp-grpc";
/** The line that is tested; also in package.json. */
const GRPC_VERSION = "0.223";
const GRPC_BASE_PACKAGE = "@opentelemetry/otlp-grpc-exporter-base";

/**
 * The exporter of OpenTelemetry for a target. It also reads `OTEL_EXPORTER_OTLP_(TRACES_)CERTIFICATE`, `_CLIENT_KEY` and
 * `_CLIENT_CERTIFICATE` from the environment of the process. Refuses more than `concurrencyLimit` exports at a time. Rejects with `invalid_config` that names the package which gRPC needs.
 */
export async function traceExporter(
  target: OtlpTarget,
  concurrencyLimit: number,
): Promise<SpanExporter> {
  const { url, headers } = target;
  const options = {
    url,
    timeoutMillis: target.timeoutMs,
    concurrencyLimit,
    compression:
      target.compression === "gzip" ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
  };
  if (target.protocol === "http/protobuf")
    return new OTLPTraceExporter({ ...options, headers: { ...headers } });
  const grpc = await loadGrpc();
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return new grpc.Exporter({ ...options, metadata });
}

type GrpcOptions = NonNullable<ConstructorParameters<typeof GrpcTraceExporter>[0]>;

/** What of the optional peer and of the gRPC library below it is used. */
interface Grpc {
  readonly Exporter: typeof GrpcTraceExporter;
  readonly Metadata: new () => NonNullable<GrpcOptions["metadata"]>;
}

async function loadGrpc(): Promise<Grpc> {
  try {
    const { OTLPTraceExporter: Exporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
    // The class of its headers belongs to a package that only the exporter's own base depends on.
    const exporter = createRequire(import.meta.url).resolve(GRPC_PACKAGE);
    const beside = createRequire(createRequire(exporter).resolve(GRPC_BASE_PACKAGE));
    const { Metadata } = beside("@grpc/grpc-js") as Pick<Grpc, "Metadata">; // its documented export
    return { Exporter, Metadata };
  } catch (cause) {
    throw new CacheError(
      "invalid_config",
      `Telemetry: protocol "grpc" needs the package ${GRPC_PACKAGE}: install version ${GRPC_VERSION} of it beside @cogniverse/foundation, or use protocol "http/protobuf"`,
      { cause },
    );
  }
}
