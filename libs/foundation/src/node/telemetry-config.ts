import type { Options } from "@cogniverse/sdk";
import type { KeyVisibility } from "../masking/key-visibility.ts";

/** How OTLP travels. gRPC needs the package `@opentelemetry/exporter-trace-otlp-grpc` beside this one. */
export type OtlpProtocol = "http/protobuf" | "grpc";

/** Who this process is, in every span and metric. */
export type ServiceConfig = Options<{
  /** `service.name`. Default `OTEL_SERVICE_NAME`, else "cogniverse-cache". */
  name: string;
  /** `service.version`. Default: that of `OTEL_RESOURCE_ATTRIBUTES`, else none. */
  version: string;
  /** `service.instance.id`. Default: that of `OTEL_RESOURCE_ATTRIBUTES`, else `{host name}-{process id}`. */
  instance: string;
}>;

/** Which spans are kept. Errors, misses and slow reads always are. */
export type SamplingConfig = Options<{
  /** Share of hits kept that nothing above them decides about, 0 to 1. Default 1. */
  hits: number;
  /** A read that took longer is slow, and kept, in milliseconds. Default 250. Core measures it. */
  slowReadMs: number;
}>;

/** What of a key, a scope and the text of an error leaves the process. */
export type KeysConfig = Options<{
  /**
   * `hmac` (default): 16 hex digits that are the same for the same key of the same tenant; `prefix`: the family and the first of
   * the other segments, the rest as `hmac`; `plain`: the key.
   */
  visibility: KeyVisibility;
  /** Keys the `hmac`, at least 16 characters. Default: a random one of this process, so that keys cannot be compared between processes. */
  secret: string;
}>;

/** The queue between a read that ends its span and the collector. */
export type BatchConfig = Options<{
  /** Spans that wait at most; what comes beyond is dropped and counted. Default `OTEL_BSP_MAX_QUEUE_SIZE`, else 4096. */
  maxQueue: number;
  /** Spans of one export at most. Default `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`, else 512. Never above `maxQueue`. */
  maxSize: number;
  /** The longest that a span waits for others, in milliseconds. Default `OTEL_BSP_SCHEDULE_DELAY`, else 2000. */
  delayMs: number;
  /** The longest that one export takes with all its attempts, in milliseconds. Default `OTEL_BSP_EXPORT_TIMEOUT`, else `OTEL_EXPORTER_OTLP_TIMEOUT`, else 10000. */
  timeoutMs: number;
}>;

/** Metrics pushed to a collector. */
export type OtlpMetricsConfig = Options<{
  /** Base URL or `.../v1/metrics`. Default `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`. Phoenix takes none. */
  endpoint: string;
  /** Between two exports, in milliseconds. Default `OTEL_METRIC_EXPORT_INTERVAL`, else 60000. */
  intervalMs: number;
  /** Sent with every export. Default: those of `OTEL_EXPORTER_OTLP_HEADERS` and `_METRICS_HEADERS`. */
  headers: Readonly<Record<string, string>>;
}>;

/** Metrics that a Prometheus fetches from this process. */
export type PrometheusConfig = Options<{
  /** Address to listen on. Default `OTEL_EXPORTER_PROMETHEUS_HOST`, else 127.0.0.1. */
  host: string;
  /** TCP port, 0 for a free one. Default `OTEL_EXPORTER_PROMETHEUS_PORT`, else 9464. */
  port: number;
  /** Path of the URL. Default "/metrics". */
  path: string;
}>;

/** Metrics; each way out is off unless it is named. */
export type MetricsConfig = Options<{
  otlp: OtlpMetricsConfig;
  prometheus: PrometheusConfig;
  /** Tenants told apart; the others add up under "(other)". Default 100. */
  tenants: number;
  /** Key types told apart; the others add up under "(other)". Default 50. */
  keyTypes: number;
}>;

/** What a user may say about telemetry; everything has a default, and what is said here wins over the environment. */
export type TelemetryConfig = Options<{
  /** False: nothing is started, spans go to whatever SDK the process has. Default true, or false under `OTEL_SDK_DISABLED=true`. */
  enabled: boolean;
  /**
   * Where traces go over OTLP: a base URL, or one that ends in `/v1/traces`. Default `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, else
   * `PHOENIX_COLLECTOR_ENDPOINT`, else `OTEL_EXPORTER_OTLP_ENDPOINT`, else traces are off.
   */
  endpoint: string;
  /** Default `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, else `OTEL_EXPORTER_OTLP_PROTOCOL`, else "http/protobuf". */
  protocol: OtlpProtocol;
  /** Default `OTEL_EXPORTER_OTLP_TRACES_COMPRESSION`, else `OTEL_EXPORTER_OTLP_COMPRESSION`, else "gzip". */
  compression: "gzip" | "none";
  /** Sent with every export of traces, over those of `PHOENIX_CLIENT_HEADERS` and `OTEL_EXPORTER_OTLP_(TRACES_)HEADERS`. */
  headers: Readonly<Record<string, string>>;
  /** Sent as `Authorization: Bearer`. Default `PHOENIX_API_KEY`, else none. */
  apiKey: string;
  /** Project in Phoenix (`openinference.project.name`). Default `PHOENIX_PROJECT_NAME`, else that of `OTEL_RESOURCE_ATTRIBUTES`, else "cogniverse". */
  project: string;
  service: ServiceConfig;
  /** `attribute` (default): all tenants in one project, told apart by `tenant.id`; `project`: a project for each, `{project}-{tenant}`. */
  tenancy: "attribute" | "project";
  sampling: SamplingConfig;
  keys: KeysConfig;
  /** True: `input.value` and `output.value` that a caller gave are passed on. Default false: of a cached value nothing leaves. */
  values: boolean;
  /** True: each read that was kept whatever its outcome gets a `cache_hit` annotation in Phoenix. Default false. */
  annotations: boolean;
  batch: BatchConfig;
  /** The longest that `shutdown` and `flush` take, in milliseconds. Default 5000. */
  shutdownMs: number;
  metrics: MetricsConfig;
}>;

/** Where and how one signal leaves over OTLP. */
export interface OtlpTarget {
  /** Where each export is sent; for gRPC scheme, host and port. */
  readonly url: string;
  readonly protocol: OtlpProtocol;
  readonly compression: "gzip" | "none";
  /** Lower-case names, `authorization` among them. Secret: never to be logged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** {@link MetricsConfig} with defaults applied. */
export interface ResolvedMetricsConfig {
  readonly otlp: (OtlpTarget & Readonly<{ intervalMs: number }>) | undefined;
  readonly prometheus: Readonly<{ host: string; port: number; path: string }> | undefined;
  readonly tenants: number;
  readonly keyTypes: number;
}

/** {@link TelemetryConfig} with environment and defaults applied, and checked. */
export interface ResolvedTelemetryConfig {
  readonly enabled: boolean;
  /** `undefined`: no traces. */
  readonly traces: OtlpTarget | undefined;
  readonly project: string;
  readonly service: Readonly<{ name: string; version: string | undefined; instance: string }>;
  /** Of `OTEL_RESOURCE_ATTRIBUTES`, as they are. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly tenancy: "attribute" | "project";
  readonly sampling: Readonly<{ hits: number; slowReadMs: number }>;
  readonly keys: Readonly<{ visibility: KeyVisibility; secret: string | undefined }>;
  readonly values: boolean;
  readonly annotations: boolean;
  readonly batch: Readonly<{
    maxQueue: number;
    maxSize: number;
    delayMs: number;
    timeoutMs: number;
  }>;
  readonly shutdownMs: number;
  readonly metrics: ResolvedMetricsConfig;
}
