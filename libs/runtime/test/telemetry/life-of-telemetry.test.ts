import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { silentLogger } from "@cogniverse/core";
import { CacheError } from "@cogniverse/sdk";
import { startRecorder } from "@cogniverse/test-servers";
import { recordingLogger, recordingTelemetry } from "@cogniverse/testkit";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { ConfigError, createCache } from "../../src/index.ts";
import { withYaml } from "../support/check-yaml.ts";
import { fakeModule } from "../support/fake-modules.ts";
import { cacheWith, hitAndMiss, oneSpan } from "../support/otlp-requests.ts";

const caching = { tiers: { memory: { backend: "memory" } } };
const run = promisify(execFile);

describe("an OpenTelemetry SDK is loaded", () => {
  const loaded = async (sections: object): Promise<readonly string[]> => {
    const child = fileURLToPath(new URL("loaded-modules.child.ts", import.meta.url));
    const args = ["--conditions=@cogniverse/source", child, JSON.stringify(sections)];
    const { OTEL_EXPORTER_OTLP_ENDPOINT: _a, PHOENIX_COLLECTOR_ENDPOINT: _b, ...env } = process.env;
    return JSON.parse((await run(process.execPath, args, { env })).stdout);
  };

  test("for a section that exports something, and for nothing else", async () => {
    expect(await loaded({})).toEqual([]);
    expect(await loaded({ telemetry: {} })).toEqual([]);
    expect(await loaded({ telemetry: { endpoint: "" } })).toEqual([]);
    const on = { telemetry: { endpoint: "http://127.0.0.1:1", shutdown_ms: 1 } };
    expect(await loaded(on)).toContain("@opentelemetry/sdk-trace-base");
    expect(await loaded({ telemetry: { ...on.telemetry, enabled: false } })).toEqual([]);
  });
});

describe("a process with an SDK of its own", () => {
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  test.each([
    ["without a section", {}, false],
    ["with one that exports nothing", { telemetry: { keys: { visibility: "plain" } } }, true],
  ] as const)("sees the cache, %s", async (_name, section, plain) => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    trace.setGlobalTracerProvider(provider);
    await using cache = await createCache({ config: { caching, ...section }, env: {} });
    oneSpan(cache);
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ name: "cache.put", attributes: { "tenant.id": "acme" } });
    expect(span?.attributes["cache.key"] === "frames/lecture-1/12.jpg").toBe(plain);
    expect(cache.telemetryReport).toBeUndefined();
  });
});

test("a port that code gives is taken, whatever the configuration says", async () => {
  await using receiver = await startRecorder();
  const telemetry = recordingTelemetry();
  const config = { caching, telemetry: { endpoint: receiver.url } };
  const cache = await createCache({ config, telemetry });
  oneSpan(cache);
  await cache.close();
  expect(telemetry.spans.map(({ name }) => name)).toContain("cache.put");
  expect(receiver.sent).toEqual([]);
});

describe("telemetry ends with the cache", () => {
  test("after the spans that closing itself ended", async () => {
    await using receiver = await startRecorder();
    const cache = await cacheWith({ endpoint: receiver.url });
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const reading = cache.telemetry.span(
      "until closed",
      "acme",
      () =>
        cache.getOrCompute("experiments/a.json", "acme", ({ signal }) => {
          resolve();
          return new Promise((_, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason)),
          );
        }),
      { "openinference.span.kind": "AGENT" },
    );
    await begun;
    await Promise.all([cache.close(), expect(reading).rejects.toThrow("closed")]);
    expect(receiver.sent.map(({ text }) => text).join("")).toContain("until closed");
    expect(cache.telemetryReport).toMatchObject({ dropped: 0, queue: 0 });
  });

  test("also where the cache cannot be made: the port is free, and nothing goes on", async () => {
    await using first = await cacheWith({ metrics: { prometheus: { port: 0 } } });
    const port = Number(new URL(first.telemetryReport?.prometheusUrl ?? "").port);
    await first.close();
    const bad = fakeModule("bad");
    bad.make = () => Promise.reject(new CacheError("invalid_config", "no such region"));
    const making = createCache({
      config: {
        caching: { tiers: { only: { backend: "bad" } } },
        telemetry: { metrics: { prometheus: { port } } },
      },
      backends: { bad },
      env: {},
    });
    await expect(making).rejects.toThrow("no such region");
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow("fetch failed");
  });

  test("aborting ends the waiting for it", async () => {
    await using silent = await startRecorder(false);
    const cache = await cacheWith({ endpoint: silent.url, shutdown_ms: 1000 });
    oneSpan(cache);
    const stop = new AbortController();
    const closing = cache.close({ signal: stop.signal });
    await silent.first("/v1/traces");
    stop.abort(new Error("enough"));
    await expect(closing).rejects.toThrow("enough");
    await cache.close();
  });
});

test("a collector that is down fails and delays neither start nor reads, and is told once", async () => {
  const logger = recordingLogger();
  const endpoint = "http://127.0.0.1:1";
  const telemetry = { endpoint, batch: { delay_ms: 1, timeout_ms: 100 } };
  const from = performance.now();
  const cache = await createCache({ config: { caching, telemetry }, env: {}, logger });
  expect(performance.now() - from).toBeLessThan(3000);
  for (let i = 0; i < 3; i++) {
    oneSpan(cache);
    await hitAndMiss(cache);
  }
  await cache.close();
  const warnings = logger.lines.filter(({ level }) => level === "warn" || level === "error");
  expect(warnings.length).toBeLessThanOrEqual(1);
  expect(cache.telemetryReport?.exported).toBe(0);
});

test("a wrong variable and a taken port are a wrong configuration", async () => {
  await using first = await cacheWith({ metrics: { prometheus: { port: 0 } } });
  const port = Number(new URL(first.telemetryReport?.prometheusUrl ?? "").port);
  const error = await cacheWith({ metrics: { prometheus: { port } } }).catch((e: unknown) => e);
  expect(ConfigError.isInstance(error)).toBe(true);
  expect(String(error)).toContain(String(port));
  const yaml = (option: string): string => `caching:
  tiers:
    memory: { backend: memory }
telemetry:
  metrics:
    prometheus: { path: /m, ${option} }
`;
  const places = async (option: string): Promise<unknown> =>
    withYaml(yaml(option), async (configPath) => {
      const made = createCache({ configPath, env: {}, logger: silentLogger });
      const refused = await made.catch((e: unknown) => e);
      if (!ConfigError.isInstance(refused)) return refused;
      return refused.problems.map(({ path, location }) => [path, location?.line, location?.column]);
    });
  expect(await places(`port: ${port}`)).toEqual([["telemetry.metrics.prometheus.port", 6, 35]]);
  expect(await places("port: 0, host: 192.0.2.1")).toEqual([
    ["telemetry.metrics.prometheus.host", 6, 44],
  ]);
  const config = { caching, telemetry: { endpoint: "http://127.0.0.1:1" } };
  const env = { OTEL_BSP_SCHEDULE_DELAY: "soon" };
  const making = createCache({ config, env, logger: silentLogger });
  await expect(making).rejects.toThrow(/OTEL_BSP_SCHEDULE_DELAY must be a number/);
});
