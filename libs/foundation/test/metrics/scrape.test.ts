import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "@jest/globals";
import { METRICS } from "@cogniverse/sdk";
import { OFF, SCRAPED, started, type Started } from "./node-metrics.ts";

function lines(text: string, start: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(start));
}

function observeHits({ port }: Started): void {
  port.observe("cache.hits", (emit) => {
    emit(7, { tier: "hot", key_type: "embeddings", "tenant.id": "acme" });
  });
}

test("a scrape has counters with _total, histograms with the catalogue's buckets, gauges, and who this is", async () => {
  await using metrics = await started(SCRAPED);
  observeHits(metrics);
  metrics.port.observe("cache.size", (emit) => emit(1000, { tier: "hot" }));
  metrics.port.recordHistogram("cache.latency", "acme", 0.02, { tier: "hot", operation: "get" });
  metrics.port.recordHistogram("cache.latency", "acme", 0.025, { tier: "hot", operation: "get" });
  metrics.port.recordHistogram("cache.latency", "acme", 1e9, { operation: "get", tier: "hot" });
  const text = await metrics.scrape();
  expect(lines(text, "cache_hits_total")).toEqual([
    'cache_hits_total{key_type="embeddings",tenant_id="acme",tier="hot"} 7',
  ]);
  expect(lines(text, "cache_size")).toEqual(['cache_size{tier="hot"} 1000']);
  expect(lines(text, 'cache_latency_bucket{operation="get",tier="hot",le="0.025"}')).toEqual([
    'cache_latency_bucket{operation="get",tier="hot",le="0.025"} 2',
  ]);
  expect(lines(text, "cache_latency_bucket")).toHaveLength(
    (METRICS["cache.latency"]?.buckets?.length ?? 0) + 1,
  );
  expect(lines(text, "cache_latency_count")).toEqual([
    'cache_latency_count{operation="get",tier="hot"} 3',
  ]);
  expect(lines(text, "target_info")).toEqual([
    'target_info{service_name="metrics-test",service_instance_id="one"} 1',
  ]);
});

test("other paths are 404, other methods 405, and the content type names the format", async () => {
  await using metrics = await started(SCRAPED);
  const url = metrics.running.prometheus?.url ?? "";
  expect((await fetch(new URL("/", url))).status).toBe(404);
  expect((await fetch(url, { method: "POST" })).status).toBe(405);
  const answer = await fetch(`${url}?debug=1`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
});

test("what the SDK's limit of 2000 series would merge is told apart", async () => {
  await using metrics = await started(SCRAPED);
  metrics.port.observe("cache.hits", (emit) => {
    for (let tenant = 0; tenant < 100; tenant++)
      for (let type = 0; type < 50; type++)
        emit(1, { tier: "hot", key_type: `k${type}`, "tenant.id": `t${tenant}` });
  });
  const seen = lines(await metrics.scrape(), "cache_hits_total");
  expect(seen).toHaveLength(5000);
  expect(seen.filter((line) => line.includes("overflow"))).toEqual([]);
});

test("a gauge that nobody observes any more is gone; a counter stays where it was", async () => {
  await using metrics = await started(SCRAPED);
  const size = metrics.port.observe("cache.size", (emit) => emit(1000, { tier: "hot" }));
  const hits = metrics.port.observe("cache.hits", (emit) => emit(7, { tier: "hot" }));
  expect(lines(await metrics.scrape(), "cache_size{")).toHaveLength(1);
  size[Symbol.dispose]();
  hits[Symbol.dispose]();
  const text = await metrics.scrape();
  expect(lines(text, "cache_size{")).toEqual([]);
  expect(lines(text, "cache_hits_total{")).toEqual(['cache_hits_total{tier="hot"} 7']);
});

test("a gauge whose callback throws is absent rather than old", async () => {
  await using metrics = await started(SCRAPED);
  let broken = false;
  metrics.port.observe("cache.log.age", (emit) => {
    emit(5, {});
    if (broken) throw new Error("half way");
  });
  expect(lines(await metrics.scrape(), "cache_log_age")).toEqual(["cache_log_age 5"]);
  broken = true;
  expect(lines(await metrics.scrape(), "cache_log_age")).toEqual([]);
  expect(metrics.port.readFailures).toBe(1);
  expect(lines(await metrics.scrape(), "cache_telemetry_failures_total")).toEqual([
    'cache_telemetry_failures_total{signal="callbacks"} 1',
  ]);
});

test("a port that is taken is refused with the option that changes it, and freed by a shutdown", async () => {
  const first = await started(SCRAPED);
  const port = Number(new URL(first.running.prometheus?.url ?? "").port);
  const same = { ...SCRAPED, prometheus: { ...SCRAPED.prometheus, port } };
  await expect(started(same)).rejects.toMatchObject({
    code: "invalid_config",
    retryable: false,
    message: `telemetry.metrics.prometheus: 127.0.0.1:${port} is taken by another cache of this process; give both caches one \`telemetry\` port, or change \`port\` (0 takes a free one)`,
  });
  await first.running.shutdown(1000);
  await first.running.shutdown(1000);
  await using second = await started(same);
  expect(await second.scrape()).toContain("target_info");
});

test("a port that something else has is not said to be a cache's", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has this form of address.
  const { port } = server.address() as AddressInfo;
  const same = { ...SCRAPED, prometheus: { ...SCRAPED.prometheus, port } };
  await expect(started(same)).rejects.toMatchObject({
    message: `telemetry.metrics.prometheus: 127.0.0.1:${port} is taken by another process; change \`port\` (0 takes a free one)`,
  });
  server.close();
});

test("an address that is none of this machine's is refused by name", async () => {
  const elsewhere = { ...SCRAPED, prometheus: { host: "192.0.2.1", port: 0, path: "/metrics" } };
  await expect(started(elsewhere)).rejects.toMatchObject({
    code: "invalid_config",
    message: expect.stringContaining("change `host`"),
  });
});

test("a client that stays connected does not hold up a shutdown", async () => {
  const metrics = await started(SCRAPED);
  await metrics.scrape();
  const begun = performance.now();
  await metrics.running.shutdown(10_000);
  expect(performance.now() - begun).toBeLessThan(5000);
});

test("without OTLP and Prometheus there is no meter, and no port is taken", async () => {
  await using metrics = await started(OFF);
  expect(metrics.running.meter).toBeUndefined();
  expect(metrics.running.prometheus).toBeUndefined();
  expect(metrics.port.measures()).toBe(false);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  server.close();
});
