import { afterEach, expect, test } from "@jest/globals";
import { metrics } from "@opentelemetry/api";
import { openMetrics } from "../../src/metrics/open-metrics.ts";
import { Collector } from "./collected.ts";

const embeddings = { tier: "hot", key_type: "embeddings" };

afterEach(() => metrics.disable());

function opened(limits: { tenants?: number; keyTypes?: number } = {}) {
  const collector = new Collector();
  const meter = collector.provider.getMeter("test");
  return { collector, port: openMetrics({ meter, ...limits }) };
}

test("observations of one name and the same attributes add up, in whatever order those are", async () => {
  const { collector, port } = opened();
  port.observe("cache.hits", (emit) => emit(3, { tier: "hot", key_type: "embeddings" }));
  port.observe("cache.hits", (emit) => {
    emit(4, { key_type: "embeddings", tier: "hot" });
    emit(5, { key_type: "embeddings", tier: "cold" });
  });
  expect(await collector.values("cache.hits")).toEqual({
    "embeddings,hot": 7,
    "embeddings,cold": 5,
  });
});

test("the age of the log is that of the cache that knows least, not a sum", async () => {
  const { collector, port } = opened();
  port.observe("cache.log.age", (emit) => emit(300, {}));
  port.observe("cache.log.age", (emit) => emit(200, {}));
  expect(await collector.values("cache.log.age")).toEqual({ "": 300 });
});

test("increments add to what is observed under the same name", async () => {
  const { collector, port } = opened();
  port.incrementCounter("cache.puts", "acme", { key_type: "embeddings" });
  port.incrementCounter("cache.puts", "acme", { key_type: "embeddings" });
  port.incrementCounter("cache.puts", "");
  port.observe("cache.puts", (emit) => emit(10, { "tenant.id": "acme", key_type: "embeddings" }));
  expect(await collector.values("cache.puts")).toEqual({ "embeddings,acme": 12, "": 1 });
});

test("a counter that is no longer observed keeps what it had; a gauge does not", async () => {
  const { collector, port } = opened();
  let hits = 3;
  const first = port.observe("cache.hits", (emit) => emit(hits, embeddings));
  port.observe("cache.hits", (emit) => emit(10, embeddings));
  const size = port.observe("cache.size", (emit) => emit(100, { tier: "hot" }));
  port.observe("cache.size", (emit) => emit(11, { tier: "hot" }));
  expect(await collector.values("cache.size")).toEqual({ hot: 111 });
  hits = 8;
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  size[Symbol.dispose]();
  hits = 1000;
  expect(await collector.values("cache.hits")).toEqual({ "embeddings,hot": 18 });
  expect(await collector.values("cache.size")).toEqual({ hot: 11 });
});

test("tenants and key types beyond the limits add up under (other), and nothing is lost", async () => {
  const { collector, port } = opened({ tenants: 3, keyTypes: 2 });
  port.observe("cache.served", (emit) => {
    for (let tenant = 0; tenant < 10; tenant++)
      for (const key_type of ["embeddings", "frames", "transcripts"])
        emit(1, { "tenant.id": `t${tenant}`, key_type });
  });
  const seen = await collector.values("cache.served");
  expect(Object.keys(seen)).toHaveLength(4 * 3);
  expect(seen["embeddings,t0"]).toBe(1);
  expect(seen["(other),t0"]).toBe(1);
  expect(seen["embeddings,(other)"]).toBe(7);
  expect(Object.values(seen).reduce<number>((sum, value) => sum + Number(value), 0)).toBe(30);
});

test("a callback that throws is left out and counted; the others are told, and no counter goes back", async () => {
  const { collector, port } = opened();
  let broken = false;
  const halfWay = (emit: (value: number, attributes: typeof embeddings) => void): void => {
    emit(5, embeddings);
    if (broken) throw new Error("half way");
    emit(6, embeddings);
  };
  port.observe("cache.hits", halfWay);
  port.observe("cache.hits", (emit) => emit(1, embeddings));
  expect(await collector.values("cache.hits")).toEqual({ "embeddings,hot": 12 });
  broken = true;
  const failuresBefore = port.readFailures;
  expect(await collector.values("cache.hits")).toEqual({ "embeddings,hot": 12 });
  expect(port.readFailures - failuresBefore).toBe(1);
});

test("numbers that are none, and counters below zero, are left out", async () => {
  const { collector, port } = opened();
  port.observe("cache.hits", (emit) => {
    emit(Number.NaN, embeddings);
    emit(-1, embeddings);
    emit(2, embeddings);
  });
  port.recordHistogram("cache.latency", "acme", Number.NaN, { tier: "hot" });
  port.recordHistogram("cache.latency", "acme", -1, { tier: "hot" });
  port.recordHistogram("cache.latency", "acme", 0.02, { tier: "hot" });
  expect(await collector.values("cache.hits")).toEqual({ "embeddings,hot": 2 });
  expect(await collector.values("cache.latency")).toEqual({
    hot: expect.objectContaining({ count: 1 }),
  });
});

test("histograms have the catalogue's buckets, whatever the process prefers, and no tenant", async () => {
  const { collector, port } = opened();
  port.recordHistogram("cache.latency", "acme", 0.02, { tier: "hot", operation: "get" });
  const [point] = await collector.points("cache.latency");
  expect(point?.attributes).toEqual({ tier: "hot", operation: "get" });
  expect(point?.value).toMatchObject({
    buckets: { boundaries: expect.arrayContaining([0.005, 0.025, 10_000]) },
  });
});

test("names that the catalogue lacks are counters without a unit", async () => {
  const { collector, port } = opened();
  port.incrementCounter("app.searches", "acme");
  port.recordHistogram("app.time", "acme", 3);
  expect(await collector.values("app.searches")).toEqual({ acme: 1 });
  expect(await collector.values("app.time")).toEqual({ "": expect.objectContaining({ sum: 3 }) });
});

test("without an SDK nothing is measured, and nothing throws", () => {
  const port = openMetrics();
  expect(port.measures()).toBe(false);
  port.incrementCounter("cache.puts", "acme");
  port.recordHistogram("cache.latency", "acme", 1);
  let reads = 0;
  const registered = port.observe("cache.hits", () => void reads++);
  registered[Symbol.dispose]();
  expect(reads).toBe(1);
});

test("an SDK that the process registers later is found, and told what was observed before", async () => {
  const port = openMetrics();
  port.observe("cache.hits", (emit) => emit(3, embeddings));
  const collector = new Collector();
  metrics.setGlobalMeterProvider(collector.provider);
  expect(port.measures()).toBe(true);
  port.incrementCounter("cache.puts", "acme");
  expect(await collector.values("cache.hits")).toEqual({ "embeddings,hot": 3 });
  expect(await collector.values("cache.puts")).toEqual({ acme: 1 });
});
