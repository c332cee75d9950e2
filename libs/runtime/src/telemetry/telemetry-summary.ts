import type { ResolvedTelemetryConfig } from "@cogniverse/foundation/node";
import { isExporting } from "./resolve-with-environment.ts";

/** What a configuration's telemetry will do, with what the environment says. Plain data without headers, keys and secrets. */
export type TelemetrySummary = Readonly<{
  /** False: this cache starts none; an OpenTelemetry SDK that the process has of its own sees it. */
  enabled: boolean;
  /** `null`: none leave. `authorized`: something that proves who sends goes with them. */
  traces: Readonly<{
    url: string;
    protocol: "http/protobuf" | "grpc";
    compression: "gzip" | "none";
    authorized: boolean;
    project: string;
    tenancy: "attribute" | "project";
  }> | null;
  metrics: Readonly<{
    otlp: Readonly<{ url: string; intervalMs: number }> | null;
    prometheus: Readonly<{ host: string; port: number; path: string }> | null;
    tenants: number;
    keyTypes: number;
  }>;
  service: Readonly<{ name: string; version: string | null; instance: string }>;
  sampling: Readonly<{ hits: number; slowReadMs: number }>;
  /** `secret`: whether one is given, so that keys of several processes can be compared. */
  keys: Readonly<{ visibility: "hmac" | "plain" | "prefix"; secret: "given" | "random" }>;
  values: boolean;
  annotations: boolean;
  batch: Readonly<{ maxQueue: number; maxSize: number; delayMs: number; timeoutMs: number }>;
  shutdownMs: number;
}>;

/** Leaves out what is secret. */
export function summarizeTelemetry(config: ResolvedTelemetryConfig): TelemetrySummary {
  const { traces, metrics, service, sampling, keys, batch, project, tenancy } = config;
  const { otlp, prometheus, tenants, keyTypes } = metrics;
  return {
    enabled: isExporting(config),
    traces:
      traces === undefined
        ? null
        : {
            url: traces.url,
            protocol: traces.protocol,
            compression: traces.compression,
            authorized: Object.keys(traces.headers).some((name) => PROOFS.includes(name)),
            project,
            tenancy,
          },
    metrics: {
      otlp: otlp === undefined ? null : { url: otlp.url, intervalMs: otlp.intervalMs },
      prometheus: prometheus ?? null,
      tenants,
      keyTypes,
    },
    service: { ...service, version: service.version ?? null },
    sampling,
    keys: {
      visibility: keys.visibility,
      secret: keys.secret === undefined ? "random" : "given",
    },
    values: config.values,
    annotations: config.annotations,
    batch,
    shutdownMs: config.shutdownMs,
  };
}

const PROOFS = ["authorization", "api_key"];
