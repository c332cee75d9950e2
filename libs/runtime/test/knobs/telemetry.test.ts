import { describe, expect, test } from "@jest/globals";
import { silentLogger } from "@cogniverse/core";
import { resolveTelemetryConfig } from "@cogniverse/foundation/config";
import { type Sent, startRecorder } from "@cogniverse/test-servers";
import { entryBackend } from "@cogniverse/testkit";
import { createCache, type TelemetrySection } from "../../src/index.ts";
import { fakeModule } from "../support/fake-modules.ts";
import { telemetryConfig } from "../../src/config/resolve-telemetry.ts";
import { cacheWith, KEY, oneSpan, sentWith } from "../support/otlp-requests.ts";

const text = (sent: readonly Sent[]): string => sent.map((request) => request.text).join("\n");
const resolved = (section: TelemetrySection): ReturnType<typeof resolveTelemetryConfig> =>
  resolveTelemetryConfig(telemetryConfig(section), {});

describe("where spans go, in recorded requests", () => {
  test("endpoint, and enabled", async () => {
    expect((await sentWith({})).map(({ path }) => path)).toEqual(["/v1/traces"]);
    expect(await sentWith({ enabled: false })).toEqual([]);
    expect(await sentWith({ endpoint: null })).toEqual([]);
    expect(await sentWith({ endpoint: "" })).toEqual([]);
  });

  test("compression", async () => {
    const encodings = async (section: TelemetrySection): Promise<unknown> =>
      (await sentWith(section))[0]?.headers["content-encoding"];
    expect(await encodings({})).toBe("gzip");
    expect(await encodings({ compression: "none" })).toBeUndefined();
  });

  test("headers and api_key", async () => {
    const [plain] = await sentWith({});
    expect(plain?.headers["authorization"]).toBeUndefined();
    const [told] = await sentWith({ api_key: "k3y", headers: { "X-Team": "video", "x-no": null } });
    expect(told?.headers).toMatchObject({ authorization: "Bearer k3y", "x-team": "video" });
    expect(told?.headers).not.toHaveProperty("x-no");
  });

  test("project, service", async () => {
    expect(text(await sentWith({ project: "searches" }))).toContain("searches");
    const service = { name: "ingester", version: "9.8.7", instance: "node-seven" };
    const sent = text(await sentWith({ service }));
    for (const part of Object.values(service)) expect(sent).toContain(part);
    expect(text(await sentWith({}))).toContain("cogniverse-cache");
  });

  test("tenancy", async () => {
    const section = { project: "searches" } as const;
    expect(text(await sentWith(section))).not.toContain("searches-acme");
    expect(text(await sentWith({ ...section, tenancy: "project" }))).toContain("searches-acme");
  });

  test("protocol", () => {
    const endpoint = "http://127.0.0.1:4317";
    expect(resolved({ endpoint }).traces).toMatchObject({ protocol: "http/protobuf" });
    expect(resolved({ endpoint, protocol: "grpc" }).traces).toMatchObject({
      protocol: "grpc",
      url: endpoint,
    });
  });
});

describe("what is in them", () => {
  const secret = "the same for all nodes";
  /** What stands for the key in a span. */
  const shown = async (keys: TelemetrySection["keys"]): Promise<string> =>
    /[0-9a-f]{16}/.exec(text(await sentWith({ keys, service: { instance: "-" } })))?.[0] ?? "";

  test("keys.visibility", async () => {
    expect(text(await sentWith({}))).not.toContain("lecture-1");
    expect(text(await sentWith({ keys: { visibility: "plain" } }))).toContain(KEY);
    const prefix = text(await sentWith({ keys: { visibility: "prefix" } }));
    expect(prefix).toContain("frames/lecture-1");
    expect(prefix).not.toContain("12.jpg");
  });

  test("keys.secret", async () => {
    const known = await shown({ secret });
    expect(known).toHaveLength(16);
    expect(await shown({ secret })).toBe(known);
    expect(await shown({ secret: `${secret}!` })).not.toBe(known);
    expect(await shown({})).not.toBe(known);
  });

  test("values", async () => {
    const told = (values: boolean): Promise<readonly Sent[]> =>
      sentWith({ values }, ({ telemetry }) => {
        const attributes = { "input.value": "what is asked", "openinference.span.kind": "AGENT" };
        telemetry.startSpan("agent", "acme", { always: true, attributes }).end();
      });
    expect(text(await told(false))).not.toContain("what is asked");
    expect(text(await told(true))).toContain("what is asked");
  });

  test("sampling.hits, of which hits under a recording span are kept", async () => {
    const hits = async (share: number): Promise<boolean> => {
      const sent = await sentWith({ sampling: { hits: share } }, ({ telemetry }) => {
        const parent = telemetry.startSpan("above", "acme", { always: true });
        const attributes = { "cache.hit": "hot" };
        telemetry.startSpan("cache.get", "acme", { parent, attributes }).end();
        parent.end();
      });
      return text(sent).includes("cache.get");
    };
    expect([await hits(1), await hits(0)]).toEqual([true, false]);
  });
});

test("sampling.slow_read_ms: a slow hit below memory is told though nothing above it records", async () => {
  const told = async (slow_read_ms: number): Promise<boolean> => {
    await using receiver = await startRecorder();
    const fake = fakeModule("fake");
    fake.make = async (_options, { clock }) => entryBackend({ clock });
    const cache = await createCache({
      config: {
        caching: { tiers: { cold: { backend: "fake" } } },
        telemetry: { endpoint: receiver.url, sampling: { slow_read_ms } },
      },
      backends: { fake },
      env: {},
      logger: silentLogger,
    });
    await cache.put("experiments/a.json", { a: 1 }, "acme");
    await cache.get("experiments/a.json", "acme");
    await cache.close();
    return text(receiver.sent).includes("cache.get");
  };
  // Every read takes at least 0 ms, and none an hour.
  expect([await told(0), await told(3_600_000)]).toEqual([true, false]);
});

describe("batch", () => {
  test("max_size", async () => {
    const three = (max_size: number): Promise<readonly Sent[]> =>
      sentWith({ batch: { max_size } }, (cache) => {
        for (let i = 0; i < 3; i++) oneSpan(cache);
      });
    expect(await three(512)).toHaveLength(1);
    expect((await three(1)).length).toBe(3);
  });

  test("max_queue: what comes beyond is dropped and counted", async () => {
    const dropped = async (max_queue: number): Promise<number | undefined> => {
      await using receiver = await startRecorder();
      const cache = await cacheWith({ endpoint: receiver.url, batch: { max_queue } });
      for (let i = 0; i < 20; i++) oneSpan(cache);
      await cache.close();
      return cache.telemetryReport?.dropped;
    };
    expect(await dropped(4096)).toBe(0);
    expect(await dropped(2)).toBeGreaterThan(10);
  });

  test("delay_ms: how long a span waits for others", async () => {
    await using receiver = await startRecorder();
    await using cache = await cacheWith({ endpoint: receiver.url, batch: { delay_ms: 1 } });
    oneSpan(cache);
    // Not closed: only the delay can have sent it.
    expect((await receiver.first("/v1/traces")).text).toContain("cache.put");
    expect(resolved({ batch: { delay_ms: 7 } }).batch.delayMs).toBe(7);
  });

  test("timeout_ms, where a collector does not answer", async () => {
    await using silent = await startRecorder(false);
    const { promise: warned, resolve: warn } = Promise.withResolvers<string>();
    const batch = { delay_ms: 1, timeout_ms: 50 };
    await using cache = await cacheWith({ endpoint: silent.url, batch }, { ...silentLogger, warn });
    oneSpan(cache);
    expect(await warned).not.toBe("");
    expect(cache.telemetryReport).toMatchObject({ exported: 0, dropped: 1, failures: 1, queue: 0 });
  });

  test("shutdown_ms: closing waits no longer for a collector that does not answer", async () => {
    await using silent = await startRecorder(false);
    const cache = await cacheWith({
      endpoint: silent.url,
      batch: { timeout_ms: 3000 },
      shutdown_ms: 50,
    });
    oneSpan(cache);
    const from = performance.now();
    await cache.close();
    expect(performance.now() - from).toBeLessThan(2500);
    expect(cache.telemetryReport?.exported).toBe(0);
  });
});
