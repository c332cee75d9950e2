import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { keys, silentLogger } from "@cogniverse/core";
import {
  type RedisServer,
  serverSuite,
  startPrometheus,
  startRedis,
} from "@cogniverse/test-servers";
import { type ConfiguredCache, createCache } from "../../src/index.ts";
import { configPath } from "./support/configs-folder.ts";
import {
  annotationsOf,
  chartsOf,
  queryVariablesOf,
  shippedDashboard,
  substitute,
} from "./support/dashboard.ts";
import { ownFolder } from "./support/own-folder.ts";
import { PrometheusApi } from "./support/prometheus-api.ts";
import { recordingsOf, shippedRules } from "./support/rules-file.ts";
import { shortenedRulesFile } from "./support/shortened-rules.ts";
import { targetOf } from "./support/target-of.ts";
import { traffic } from "./support/traffic.ts";

const dashboard = await shippedDashboard();
const expressions = chartsOf(dashboard).flatMap(({ title, targets }) =>
  targets.map(({ refId, expr }) => [`${title} ${refId}`, expr] as const),
);
const telemetryGuide = await readFile(configPath("../docs/telemetry.md"), "utf8");
/** What it asks a Prometheus. */
const questions = [...telemetryGuide.matchAll(/```promql\n([^]*?)```/g)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);
const recordings = recordingsOf(await shippedRules());
/** As Grafana writes several chosen values. Unlike the `.*` of "All" they find nothing where a series lacks the label. */
const CHOSEN = {
  job: "(cogniverse|other)",
  tenant: "(acme|globex)",
  key_type: "(frames|embeddings)",
  tier: "(memory|hot|warm)",
};
const ask = (expression: string): string => substitute(expression, CHOSEN, "5s");
/** Three of them are more than tier `memory` may hold. */
const LARGE = new Uint8Array(400_000);

let prometheus: PrometheusApi;
let redis: RedisServer;
let cache: ConfiguredCache;
let users: AsyncDisposable;
/** Ended in `afterAll`, the last first. */
const started: AsyncDisposable[] = [];
const keep = <R extends AsyncDisposable>(one: R): R => {
  started.push(one);
  return one;
};

function cacheOf(base_path: string): Promise<ConfiguredCache> {
  const tiers = {
    memory: { backend: "memory", config: { max_size_mb: 1 } },
    hot: { backend: "redis", config: { url: redis.url }, breaker_pause_ms: 100 },
    warm: { backend: "local", config: { base_path, max_size_gb: 0.1 } },
  };
  const telemetry = { metrics: { prometheus: { port: 0 } } };
  return createCache({ config: { telemetry, caching: { tiers } }, env: {}, logger: silentLogger });
}

/** Hits, misses, puts, invalidations and evictions of two tenants. */
function readAndWrite(used: ConfiguredCache): (step: number) => Promise<void> {
  return async (step) => {
    const tenant = step % 2 === 0 ? "acme" : "globex";
    const frame = keys.frame({ video: "v", timestamp: step % 6 });
    await used.getOrCompute(frame, tenant, () => LARGE);
    const metadata = keys.embeddingMetadata({ model: "m", video: String(step) });
    if (step % 10 === 0) await used.put(metadata, { chunks: 9 }, tenant);
    await used.get(metadata, tenant);
    if (step % 20 === 0) await used.invalidate({ kind: "tenant" }, tenant);
  };
}

beforeAll(async () => {
  const folder = keep(await ownFolder());
  const rules = keep(await shortenedRulesFile());
  redis = keep(await startRedis());
  cache = keep(await cacheOf(folder.path));
  const server = keep(
    await startPrometheus({ targets: [targetOf(cache)], ruleFiles: [rules.path] }),
  );
  prometheus = new PrometheusApi(server.url);
  users = keep(traffic(readAndWrite(cache)));
});
afterAll(async () => {
  for (const one of started.toReversed()) await one[Symbol.asyncDispose]();
});

serverSuite(["prometheus", "redis"], describe)("a Prometheus that scrapes a cache in use", () => {
  test.each(expressions)("has data for panel %s", async (_, expr) => {
    expect((await prometheus.returnsData(ask(expr))).length).toBeGreaterThan(0);
  });

  test("answers every question that is documented", async () => {
    expect(questions).toHaveLength(6);
    for (const question of questions)
      expect((await prometheus.returnsData(question)).length).toBeGreaterThan(0);
  });

  test.each([
    ["job", ["cogniverse"]],
    ["tenant", ["acme", "globex"]],
    ["key_type", ["embeddings", "frames"]],
    ["tier", ["hot", "memory", "warm"]],
  ])("offers what variable %s may be", async (name, values) => {
    const definition = queryVariablesOf(dashboard).find((one) => one.name === name)?.definition;
    const [, selector = "", label = ""] =
      /^label_values\((.*), (\w+)\)$/.exec(definition ?? "") ?? [];
    expect((await prometheus.labelValues(label, ask(selector))).toSorted()).toEqual(values);
  });

  test.each([...new Set(recordings.map(({ record }) => record))])("records %s", async (record) => {
    const samples = await prometheus.returnsData(record);
    const [level = ""] = record.split(":");
    for (const { metric } of samples) {
      const { __name__: name, ...labels } = metric;
      const kept = Object.keys(labels);
      expect({ record: name, level: kept.join("_").length }).toEqual({
        record,
        level: level.length,
      });
      expect(kept.filter((label) => !level.includes(label))).toEqual([]);
    }
  });

  // The last: from here on Redis is gone.
  test("marks an alert that fires", async () => {
    await users[Symbol.asyncDispose]();
    await redis.kill();
    const frame = keys.frame({ video: "v", timestamp: 1 });
    await using _ = traffic(() => cache.getOrCompute(frame, "acme", () => LARGE));
    for (const expr of annotationsOf(dashboard))
      expect((await prometheus.returnsData(ask(expr))).length).toBeGreaterThan(0);
  });
});
