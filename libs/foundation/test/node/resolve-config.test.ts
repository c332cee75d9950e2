import { expect, test } from "@jest/globals";
import type { CacheError } from "@cogniverse/sdk";
import { resolveTelemetryConfig } from "../../src/node/config/resolve-config.ts";
import type { TelemetryConfig } from "../../src/node/telemetry-config.ts";

const resolve = resolveTelemetryConfig;

function refusal(config: TelemetryConfig, env: Record<string, string> = {}): string {
  try {
    resolve(config, env);
  } catch (error) {
    const { code, message } = error as CacheError; // The only error that it throws.
    return `${code}: ${message}`;
  }
  return "";
}

test("nothing configured: no traces, no metrics, the documented defaults", () => {
  const config = resolve({}, {});
  expect(config.traces).toBeUndefined();
  expect(config.metrics).toEqual({
    otlp: undefined,
    prometheus: undefined,
    tenants: 100,
    keyTypes: 50,
  });
  expect(config).toMatchObject({
    enabled: true,
    project: "cogniverse",
    tenancy: "attribute",
    sampling: { hits: 1, slowReadMs: 250 },
    keys: { visibility: "hmac", secret: undefined },
    values: false,
    annotations: false,
    batch: { maxQueue: 4096, maxSize: 512, delayMs: 2000, timeoutMs: 10_000 },
    shutdownMs: 5000,
  });
  expect(config.service.name).toBe("cogniverse-cache");
});

test.each([
  [{ endpoint: "http://h:1" }, {}, "http://h:1/v1/traces"],
  [{ endpoint: "http://h:1/base/" }, {}, "http://h:1/base/v1/traces"],
  [{ endpoint: "http://h:1/v1/traces" }, {}, "http://h:1/v1/traces"],
  [{ endpoint: "http://h:1", protocol: "grpc" }, {}, "http://h:1"],
  [
    { endpoint: "http://h:1" },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://x" },
    "http://h:1/v1/traces",
  ],
  [
    {},
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t/in", PHOENIX_COLLECTOR_ENDPOINT: "http://p" },
    "http://t/in",
  ],
  [
    {},
    { PHOENIX_COLLECTOR_ENDPOINT: "http://p:6006", OTEL_EXPORTER_OTLP_ENDPOINT: "http://o" },
    "http://p:6006/v1/traces",
  ],
  [{ protocol: "grpc" }, { PHOENIX_COLLECTOR_ENDPOINT: "http://p:6006" }, "http://p:4317"],
  [
    { protocol: "grpc" },
    { PHOENIX_COLLECTOR_ENDPOINT: "http://p:6006", PHOENIX_GRPC_PORT: "5317" },
    "http://p:5317",
  ],
  [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://o:4318" }, "http://o:4318/v1/traces"],
  [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://o:4318", OTEL_TRACES_EXPORTER: "none" }, undefined],
  [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: " " }, undefined],
] as const)("endpoint %j with %j is %s", (config, env, url) => {
  expect(resolve(config, env).traces?.url).toBe(url);
});

test("configuration wins over variables, a variable for traces over one for all", () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://o",
    OTEL_EXPORTER_OTLP_HEADERS: "A=1,b=x%20y",
    PHOENIX_CLIENT_HEADERS: "c=3",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "b=4",
    PHOENIX_API_KEY: "from-env",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    OTEL_EXPORTER_OTLP_COMPRESSION: "none",
    OTEL_EXPORTER_OTLP_TIMEOUT: "1234",
    OTEL_SERVICE_NAME: "svc",
    OTEL_RESOURCE_ATTRIBUTES: "service.version=9,service.instance.id=i,team=video",
    PHOENIX_PROJECT_NAME: "p",
    OTEL_BSP_MAX_QUEUE_SIZE: "10",
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "100",
    OTEL_BSP_SCHEDULE_DELAY: "7",
    OTEL_SDK_DISABLED: "TRUE",
  };
  const fromEnv = resolve({}, env);
  expect(fromEnv).toMatchObject({
    enabled: false,
    project: "p",
    service: { name: "svc", version: "9", instance: "i" },
    resourceAttributes: { team: "video" },
    batch: { maxQueue: 10, maxSize: 10, delayMs: 7, timeoutMs: 1234 },
    traces: {
      protocol: "grpc",
      compression: "none",
      timeoutMs: 1234,
      headers: { a: "1", b: "4", c: "3", authorization: "Bearer from-env" },
    },
  });
  const config: TelemetryConfig = {
    enabled: true,
    protocol: "http/protobuf",
    compression: "gzip",
    headers: { C: "mine" },
    apiKey: "mine",
    project: "mine",
    service: { name: "mine", version: "1", instance: "me" },
    batch: { maxQueue: 50, maxSize: 5, delayMs: 1, timeoutMs: 2 },
  };
  expect(resolve(config, env)).toMatchObject({
    enabled: true,
    project: "mine",
    service: config.service,
    batch: config.batch,
    traces: {
      protocol: "http/protobuf",
      compression: "gzip",
      timeoutMs: 2,
      headers: { a: "1", b: "4", c: "mine", authorization: "Bearer mine" },
    },
  });
});

test("metrics leave only where they were asked for", () => {
  const phoenix = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://o" };
  expect(resolve({}, phoenix).metrics.otlp).toBeUndefined();
  expect(
    resolve({}, { ...phoenix, OTEL_METRICS_EXPORTER: "otlp,prometheus" }).metrics,
  ).toMatchObject({
    otlp: { url: "http://o/v1/metrics", intervalMs: 60_000 },
    prometheus: { host: "127.0.0.1", port: 9464, path: "/metrics" },
  });
  const own = {
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://m/in",
    OTEL_METRIC_EXPORT_INTERVAL: "5",
  };
  expect(resolve({}, own).metrics.otlp).toMatchObject({ url: "http://m/in", intervalMs: 5 });
  const config = { metrics: { otlp: { endpoint: "http://c", headers: { X: "1" } }, tenants: 3 } };
  expect(resolve(config, own).metrics).toMatchObject({
    otlp: { url: "http://c/v1/metrics", headers: { x: "1" } },
    tenants: 3,
  });
});

test("what the environment says of metrics alone holds for them", () => {
  const own = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://m/in" };
  expect(resolve({}, { ...own, OTEL_METRICS_EXPORTER: "none" }).metrics.otlp).toBeUndefined();
  const timed = { ...own, OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "3" };
  expect(resolve({}, timed).metrics.otlp).toMatchObject({ timeoutMs: 3 });
  const grpc = { ...own, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "grpc" };
  expect(refusal({}, grpc)).toContain("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL is grpc");
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://o:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
  expect(resolve({}, all).metrics.otlp).toBeUndefined();
  expect(refusal({ metrics: { otlp: {} } }, all)).toContain("OTEL_EXPORTER_OTLP_PROTOCOL is grpc");
  const elsewhere = { metrics: { otlp: { endpoint: "http://m" } } };
  expect(resolve(elsewhere, all).metrics.otlp).toMatchObject({ url: "http://m/v1/metrics" });
});

test.each([
  ["TRACES", (env: Record<string, string>) => resolve({}, env).traces],
  ["METRICS", (env: Record<string, string>) => resolve({}, env).metrics.otlp],
])("of compression a variable for %s says more than one for all", (signal, target) => {
  const own = `OTEL_EXPORTER_OTLP_${signal}_COMPRESSION`;
  const all = "OTEL_EXPORTER_OTLP_COMPRESSION";
  const env = { [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]: "http://o" };
  expect(target(env)).toMatchObject({ compression: "gzip" });
  expect(target({ ...env, [all]: "none" })).toMatchObject({ compression: "none" });
  expect(target({ ...env, [all]: "none", [own]: "gzip" })).toMatchObject({ compression: "gzip" });
  expect(refusal({}, { ...env, [all]: "none", [own]: "zip" })).toContain(`${own} must be`);
  expect(refusal({}, { ...env, [all]: "zip" })).toContain(`${all} must be`);
});

test("the project may stand among the resource attributes, as Phoenix has it", () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: "openinference.project.name=films" };
  expect(resolve({}, env).project).toBe("films");
  expect(resolve({}, { ...env, PHOENIX_PROJECT_NAME: "p" }).project).toBe("p");
  expect(resolve({ project: "mine" }, env).project).toBe("mine");
});

test("everything wrong is said at once, and no credential with it", () => {
  expect(
    refusal({
      sampling: { hits: 2 },
      keys: { secret: "short" },
      batch: { delayMs: 0 },
      project: "",
    }),
  ).toMatch(
    /^invalid_config: Telemetry: project .*keys\.secret .*sampling\.hits .*batch\.delay_ms/,
  );
  const url = refusal({ endpoint: "http://user:hunter2@h" });
  expect(url).toContain("use api_key or headers");
  expect(url).not.toContain("hunter2");
  expect(refusal({ endpoint: "phoenix:6006" })).toContain("endpoint must be an http");
  expect(refusal({}, { OTEL_BSP_SCHEDULE_DELAY: "soon" })).toContain("OTEL_BSP_SCHEDULE_DELAY");
  expect(refusal({}, { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })).toContain("http/protobuf");
  expect(
    refusal({ endpoint: "http://h", tenancy: "project", headers: { "X-Project-Name": "all" } }),
  ).toContain("x-project-name");
});
