import type { TelemetryConfig } from "@cogniverse/foundation/node";
import type { Prices } from "@cogniverse/sdk";
import type {
  HeadersConfig,
  MetricsSection,
  PricesConfig,
  TelemetrySection,
} from "./telemetry-section.ts";

/** From the names of YAML to those of the foundation; what is empty is left out, as it is for OpenTelemetry's variables. */
export function telemetryConfig(section: TelemetrySection): TelemetryConfig {
  const { service, sampling, keys, batch } = section;
  return {
    enabled: section.enabled,
    endpoint: filled(section.endpoint),
    protocol: section.protocol,
    compression: section.compression,
    headers: filledHeaders(section.headers),
    apiKey: filled(section.api_key),
    project: filled(section.project),
    service: {
      name: filled(service?.name),
      version: filled(service?.version),
      instance: filled(service?.instance),
    },
    tenancy: section.tenancy,
    sampling: { hits: sampling?.hits, slowReadMs: sampling?.slow_read_ms },
    keys: { visibility: keys?.visibility, secret: filled(keys?.secret) },
    values: section.values,
    annotations: section.annotations,
    batch: {
      maxQueue: batch?.max_queue,
      maxSize: batch?.max_size,
      delayMs: batch?.delay_ms,
      timeoutMs: batch?.timeout_ms,
    },
    shutdownMs: section.shutdown_ms,
    metrics: metricsConfig(section.metrics ?? {}),
  };
}

/** A way out whose endpoint or port is written and empty is as good as not named. */
function metricsConfig({
  otlp,
  prometheus,
  tenants,
  key_types,
}: MetricsSection): TelemetryConfig["metrics"] {
  const isOff = otlp === undefined || otlp.endpoint === null || otlp.endpoint === "";
  return {
    otlp: isOff
      ? undefined
      : {
          endpoint: filled(otlp.endpoint),
          intervalMs: otlp.interval_ms,
          headers: filledHeaders(otlp.headers),
        },
    prometheus:
      prometheus === undefined || prometheus.port === null
        ? undefined
        : { host: prometheus.host, port: prometheus.port, path: prometheus.path },
    tenants,
    keyTypes: key_types,
  };
}

/** From the names of YAML to those of core. */
export function resolvePrices(prices: PricesConfig): Prices {
  const { currency, compute_second, request, gib_month } = prices;
  return {
    currency,
    ...(compute_second === undefined ? {} : { computeSecond: compute_second }),
    ...(request === undefined ? {} : { request }),
    ...(gib_month === undefined ? {} : { gibMonth: gib_month }),
  };
}

function filled(text: string | null | undefined): string | undefined {
  return text === null || text === "" ? undefined : text;
}

function filledHeaders(headers: HeadersConfig = {}): Readonly<Record<string, string>> {
  const all = Object.entries(headers).map(([name, value]) => [name, filled(value)] as const);
  return Object.fromEntries(
    all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
