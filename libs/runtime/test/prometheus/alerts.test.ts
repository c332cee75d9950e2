import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { keys, silentLogger } from "@cogniverse/core";
import {
  type PrometheusServer,
  serverSuite,
  startPrometheus,
  startProxy,
  startRedis,
} from "@cogniverse/test-servers";
import {
  type CachingConfig,
  type ConfiguredCache,
  createCache,
  type TelemetrySection,
} from "../../src/index.ts";
import { ownFolder } from "./support/own-folder.ts";
import { PrometheusApi } from "./support/prometheus-api.ts";
import { shortenedRulesFile } from "./support/shortened-rules.ts";
import { targetOf } from "./support/target-of.ts";
import { traffic } from "./support/traffic.ts";

/** The port of the discard service, which nobody runs. */
const NOBODY = 9;
const frame = (timestamp: number): ReturnType<typeof keys.frame> =>
  keys.frame({ video: "v", timestamp });
const bytes = (): Uint8Array<ArrayBuffer> => new Uint8Array([1]);

let rules: Awaited<ReturnType<typeof shortenedRulesFile>>;
beforeAll(async () => {
  rules = await shortenedRulesFile();
});
afterAll(async () => rules[Symbol.asyncDispose]());

function cacheOf(
  caching: CachingConfig,
  metrics: TelemetrySection["metrics"] = {},
): Promise<ConfiguredCache> {
  const telemetry = { metrics: { prometheus: { port: 0 }, ...metrics } };
  return createCache({ config: { telemetry, caching }, env: {}, logger: silentLogger });
}

function scraping(...caches: readonly ConfiguredCache[]): Promise<PrometheusServer> {
  return startPrometheus({ targets: caches.map(targetOf), ruleFiles: [rules.path] });
}

serverSuite(["prometheus", "redis"], describe)(
  "an alert is fired by what it is for, and goes with it",
  () => {
    test("reads that miss: hit ratio", async () => {
      await using cache = await cacheOf({ tiers: { memory: { backend: "memory" } } });
      await using server = await scraping(cache);
      const prometheus = new PrometheusApi(server.url);
      let isNew = true;
      await using _ = traffic((n) => cache.getOrCompute(frame(isNew ? n : 0), "acme", bytes));
      expect(await prometheus.fires("CogniverseCacheHitRatioLow")).toMatchObject({
        labels: { job: "cogniverse", key_type: "frames", severity: "warning" },
      });
      isNew = false;
      await prometheus.resolves("CogniverseCacheHitRatioLow");
    });

    test("a server that is killed: open breaker, and errors", async () => {
      await using redis = await startRedis({ config: { appendonly: "yes" } });
      await using cache = await cacheOf({
        tiers: {
          hot: {
            backend: "redis",
            config: { url: redis.url, default_ttl: 3600 },
            breaker_pause_ms: 100,
          },
        },
      });
      await using server = await scraping(cache);
      const prometheus = new PrometheusApi(server.url);
      await using _ = traffic((n) => cache.getOrCompute(frame(n % 9), "acme", bytes));
      await prometheus.returnsData("job_tier:cache_calls:rate5m > 0");
      expect(await prometheus.firing()).toEqual([]);
      await redis.kill();
      const [down, errors] = await Promise.all([
        prometheus.fires("CogniverseCacheTierDown"),
        prometheus.fires("CogniverseCacheTierErrors"),
      ]);
      expect(down.labels).toMatchObject({ instance: targetOf(cache), tier: "hot" });
      expect(errors.labels).toMatchObject({ tier: "hot", severity: "warning" });
      await redis.restart({ keepData: true });
      await prometheus.resolves("CogniverseCacheTierDown");
      await prometheus.resolves("CogniverseCacheTierErrors");
    });

    test("a log that cannot be reached: log lag, and a node that serves nothing", async () => {
      await using redis = await startRedis();
      await using proxy = await startProxy(redis);
      await using cache = await cacheOf({
        tiers: {
          memory: { backend: "memory" },
          hot: { backend: "redis", config: { url: `redis://127.0.0.1:${proxy.port}` } },
        },
        coherence: { lease_ms: 600 },
      });
      // Of the same process, so that their figures add up: it needs no server, and stays well.
      await using other = await createCache({
        config: { caching: { tiers: { memory: { backend: "memory" } } } },
        telemetry: cache.telemetry,
      });
      await other.get(frame(0), "acme");
      await using server = await scraping(cache);
      const prometheus = new PrometheusApi(server.url);
      await using _ = traffic((n) => cache.getOrCompute(frame(n % 9), "acme", bytes));
      await prometheus.returnsData("cache_log_down == 0 and cache_log_age < 3000");
      proxy.cut();
      const [lag, down] = await Promise.all([
        prometheus.fires("CogniverseCacheLogLag"),
        prometheus.fires("CogniverseCacheLogDown"),
      ]);
      expect([lag, down]).toMatchObject([
        { labels: { instance: targetOf(cache), severity: "warning" } },
        { labels: { instance: targetOf(cache), severity: "critical" } },
      ]);
      await proxy.heal();
      await prometheus.resolves("CogniverseCacheLogDown");
      await prometheus.resolves("CogniverseCacheLogLag");
    });

    test("a disk that is filled: near its cap", async () => {
      await using folder = await ownFolder();
      const config = { base_path: folder.path, max_size_gb: 0.01 };
      await using cache = await cacheOf(
        { tiers: { warm: { backend: "local", config } } },
        { figures_interval_ms: 100 },
      );
      await using server = await scraping(cache);
      const prometheus = new PrometheusApi(server.url);
      const large = new Uint8Array(500_000);
      for (let n = 0; n < 30; n++) await cache.put(frame(n), large, "acme");
      const fired = await prometheus.fires("CogniverseCacheTierNearCap");
      expect(fired.labels).toMatchObject({ instance: targetOf(cache), tier: "warm" });
      await cache.invalidate({ kind: "tenant" }, "acme");
      await cache.sweep("acme");
      await prometheus.resolves("CogniverseCacheTierNearCap");
    });

    test("a slow network: p99", async () => {
      await using redis = await startRedis();
      await using proxy = await startProxy(redis);
      const config = { url: `redis://127.0.0.1:${proxy.port}` };
      await using cache = await cacheOf({ tiers: { hot: { backend: "redis", config } } });
      await using server = await scraping(cache);
      const prometheus = new PrometheusApi(server.url);
      await using _ = traffic((n) => cache.getOrCompute(frame(n % 9), "acme", bytes));
      await prometheus.returnsData("job_tier:cache_latency_ms:p99_rate5m < 100");
      proxy.delay(100);
      const { labels, annotations } = await prometheus.fires("CogniverseCacheTierSlow");
      expect({ labels, annotations }).toMatchObject({
        labels: { tier: "hot", severity: "warning" },
        annotations: { summary: expect.stringMatching(/^Tier hot is slow: p99 \d{3,4} ms$/) },
      });
      await proxy.heal();
      await prometheus.resolves("CogniverseCacheTierSlow");
    });

    test("a collector that is not there: telemetry lost", async () => {
      const otlp = { endpoint: `http://127.0.0.1:${NOBODY}`, interval_ms: 200 };
      await using cache = await cacheOf({ tiers: { memory: { backend: "memory" } } }, { otlp });
      await using server = await scraping(cache);
      const fired = await new PrometheusApi(server.url).fires("CogniverseCacheTelemetryLost");
      expect(fired.labels).toMatchObject({ instance: targetOf(cache), severity: "info" });
    });

    test("a process that has ended: not scraped", async () => {
      const cache = await cacheOf({ tiers: { memory: { backend: "memory" } } });
      await using server = await scraping(cache);
      const prometheus = new PrometheusApi(server.url);
      const target = targetOf(cache);
      await prometheus.returnsData("up == 1");
      await cache.close();
      const { labels } = await prometheus.fires("CogniverseCacheNotScraped");
      expect(labels).toMatchObject({ instance: target, job: "cogniverse" });
    });
  },
);
