/** Sent with every export: values may hold credentials, and are shown nowhere. `null` and "" leave one out, as an empty variable does. */
export type HeadersConfig = Readonly<Record<string, string | null>>;

/** Metrics as YAML spells them; each way out is off unless it is named. */
export interface MetricsSection {
  /** Pushed to an OTLP collector. Phoenix takes none. */
  readonly otlp?:
    | Readonly<{
        /** Base URL or `.../v1/metrics`. Default `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`; `null` or "" = off. */
        endpoint?: string | null | undefined;
        /** Between two exports. Default 60000. */
        interval_ms?: number | undefined;
        headers?: HeadersConfig | undefined;
      }>
    | undefined;
  /** Fetched by a Prometheus. */
  readonly prometheus?:
    | Readonly<{
        /** Address to listen on. Default 127.0.0.1. */
        host?: string | undefined;
        /** 0 = any free one; `null` = off. Default 9464. */
        port?: number | null | undefined;
        /** Default "/metrics". */
        path?: string | undefined;
      }>
    | undefined;
  /** Tenants told apart; the others add up under "(other)". Default 100. */
  readonly tenants?: number | undefined;
  /** Key types told apart. Default 50. */
  readonly key_types?: number | undefined;
  /** How old what tiers are said to hold may get before they are asked anew; only a collection asks. 0: each does. Default 60000. */
  readonly figures_interval_ms?: number | undefined;
}

/**
 * The section `telemetry` as YAML spells it. What is left out comes from the standard variables (`OTEL_...`, `PHOENIX_...`), else from
 * the default that stands here; `null` and "" are as good as left out, but for `endpoint`, which they switch off.
 */
export interface TelemetrySection {
  /** `false`: nothing is started; an OpenTelemetry SDK that the process has of its own still sees the cache. Default true. */
  readonly enabled?: boolean | undefined;
  /** Where traces go over OTLP: base URL or `.../v1/traces`. Default: that of the environment, else traces are off. `null` or "" leaves it to the environment too. */
  readonly endpoint?: string | null | undefined;
  /** Default "http/protobuf". */
  readonly protocol?: "http/protobuf" | "grpc" | undefined;
  /** Default "gzip". */
  readonly compression?: "gzip" | "none" | undefined;
  readonly headers?: HeadersConfig | undefined;
  /** Sent as `Authorization: Bearer`. */
  readonly api_key?: string | null | undefined;
  /** Project in Phoenix. Default "default". */
  readonly project?: string | null | undefined;
  /** Who this process is. Default: what OpenTelemetry's variables say, else "cogniverse-cache" and `{host}-{pid}`. */
  readonly service?:
    | Readonly<{
        name?: string | null | undefined;
        version?: string | null | undefined;
        instance?: string | null | undefined;
      }>
    | undefined;
  /** All tenants in one project, or a project `{project}-{tenant}` for each. Default "attribute". */
  readonly tenancy?: "attribute" | "project" | undefined;
  readonly sampling?:
    | Readonly<{
        /** Share of hits kept that nothing above them decides about, 0 to 1. Default 1. */
        hits?: number | undefined;
        /** A read that took longer is slow, and kept. Default 250. */
        slow_read_ms?: number | undefined;
      }>
    | undefined;
  /** What of a key leaves the process. */
  readonly keys?:
    | Readonly<{
        /** Default "hmac". */
        visibility?: "hmac" | "plain" | "prefix" | undefined;
        /** At least 16 characters. Default: a random one of this process. */
        secret?: string | null | undefined;
      }>
    | undefined;
  /** Pass on the values that a caller gave to a span. Default false. */
  readonly values?: boolean | undefined;
  /** A `cache_hit` annotation in Phoenix for each read that was kept whatever its outcome. Default false. */
  readonly annotations?: boolean | undefined;
  /** The queue between a read and the collector. */
  readonly batch?:
    | Readonly<{
        /** Spans that wait at most. Default 4096. */
        max_queue?: number | undefined;
        /** Spans of one export. Default 512. */
        max_size?: number | undefined;
        /** Default 2000. */
        delay_ms?: number | undefined;
        /** Of one export. Default 10000. */
        timeout_ms?: number | undefined;
      }>
    | undefined;
  /** How long closing the cache waits for what is left to export. Default 5000. */
  readonly shutdown_ms?: number | undefined;
  readonly metrics?: MetricsSection | undefined;
}

/** What things cost, in one currency: what hits saved is told in it. */
export interface PricesConfig {
  /** Three letters, such as USD. */
  readonly currency: string;
  /** Of one second of compute: for all families, or by family with `default` for the others. Default 0. */
  readonly compute_second?: number | Readonly<Record<string, number>> | undefined;
  /** Of one call, by tier. */
  readonly request?: Readonly<Record<string, number>> | undefined;
  /** Of one GiB (2^30 bytes) kept for a month, by tier. */
  readonly gib_month?: Readonly<Record<string, number>> | undefined;
}
