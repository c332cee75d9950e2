import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { backendModule as local } from "@cogniverse/cache-local";
import { keys } from "@cogniverse/core";
import { type BackendModule, CacheError } from "@cogniverse/sdk";
import { entryBackend, FakeClock, recordingLogger } from "@cogniverse/testkit";
import { checkConfig, ConfigError, createCache } from "../src/index.ts";
import { downModule, fakeModule } from "./support/fake-modules.ts";

const path = (name: string): string =>
  fileURLToPath(new URL(`../../../configs/${name}`, import.meta.url));
const original = path("original.yaml");
const embedded = path("embedded.yaml");

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cogniverse-configs-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The local backend, in another directory than the file says. */
function elsewhere(folder: string): BackendModule {
  return {
    ...local,
    parse(config) {
      const parsed = local.parse(config);
      return parsed.ok
        ? { ok: true, options: { ...(parsed.options as object), base_path: folder } }
        : parsed;
    },
  };
}

describe("original.yaml", () => {
  test("is understood as it stands", async () => {
    const check = await checkConfig({ configPath: original });
    expect(check).toMatchObject({
      ok: true,
      summary: {
        enabled: true,
        tiers: [
          { name: "hot", backend: "redis", package: "@cogniverse/cache-redis" },
          { name: "warm", backend: "local", package: "@cogniverse/cache-local" },
          { name: "cold", backend: "s3", package: "@cogniverse/cache-s3" },
        ],
        truth: { tier: "cold", backend: "s3", leaseMs: 5000 },
        policies: {
          embeddings: { tiers: ["warm", "cold"], ttl: null },
          search_results: { tiers: ["hot"], ttl: 3600 },
          frames: { tiers: ["warm", "cold"], ttl: 86_400 },
          transcriptions: { tiers: ["hot", "warm", "cold"], ttl: "tier" },
        },
      },
    });
  });

  test("hands each backend its own options, lists of maps too", async () => {
    const seen: unknown[] = [];
    const parse = (config: unknown): never => {
      seen.push(config);
      throw new CacheError("invalid_config", "seen");
    };
    const backends = { redis: fakeModule("r", { parse }), s3: fakeModule("s", { parse }) };
    await checkConfig({ configPath: original, backends });
    expect(seen).toEqual([
      {
        url: "redis://localhost:6379",
        default_ttl: 3600,
        max_memory: "2gb",
        eviction_policy: "allkeys-lru",
      },
      {
        bucket: "cogniverse-cache",
        region: "us-east-1",
        storage_class: "INTELLIGENT_TIERING",
        lifecycle_rules: [
          { transition_days: 30, storage_class: "GLACIER" },
          { expiration_days: 365 },
        ],
      },
    ]);
  });

  test("computes everything and reaches for no server once it says enabled: false", async () => {
    await inFolder(async (folder) => {
      const configPath = join(folder, "off.yaml");
      const text = await readFile(original, "utf8");
      await writeFile(configPath, text.replace("enabled: true", "enabled: false"));
      await using cache = await createCache({ configPath });
      expect(cache.report).toEqual({ enabled: false, degraded: false, tiers: [] });
      const frame = keys.frame({ video: "v", timestamp: 1 });
      for (const byte of [1, 2]) {
        const compute = () => new Uint8Array([byte]);
        expect(await cache.getOrCompute(frame, "acme", compute)).toEqual(compute());
      }
    });
  });

  test("names every package that is missing, each at its line", async () => {
    await inFolder(async (folder) => {
      const text = await readFile(original, "utf8");
      const configPath = join(folder, "missing.yaml");
      const named = text.replace("backend: redis", 'backend: "@a/valky"');
      const missing = named.replace(": s3,", ': "@a/oz",');
      await writeFile(configPath, missing);
      const error: unknown = await createCache({ configPath }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({
        problems: [
          {
            code: "missing_package",
            package: "@a/valky",
            file: configPath,
            location: { column: 22, length: 10 },
          },
          {
            code: "missing_package",
            package: "@a/oz",
            location: { column: 22, length: 7 },
          },
        ],
      });
      expect(String(error)).toMatch(/pnpm add @a\/valky @a\/oz$/);
    });
  });

  test("starts degraded while its servers are down, says so, and recovers", async () => {
    await inFolder(async (folder) => {
      const clock = new FakeClock();
      const logger = recordingLogger();
      const redis = downModule("redis");
      const s3 = downModule("s3");
      const backends = { redis, s3, local: elsewhere(folder) };
      await using cache = await createCache({ configPath: original, backends, clock, logger });
      expect(cache.report).toMatchObject({
        degraded: true,
        tiers: [
          { name: "hot", state: "down", reason: "connect ECONNREFUSED redis" },
          { name: "warm", state: "up" },
          { name: "cold", state: "down", reason: "connect ECONNREFUSED s3" },
        ],
      });
      expect(logger.lines).toMatchObject([
        { level: "warn", fields: { tier: "hot" } },
        { level: "warn", fields: { tier: "cold" } },
      ]);
      const acme = cache.forTenant("acme");
      const frame = keys.frame({ video: "v", timestamp: 1 });
      await acme.getOrCompute(frame, () => new Uint8Array([1, 2]));
      expect(await acme.getWithInfo(frame)).toMatchObject({ hit: true, tier: "warm" });
      const answer = keys.searchResults({ queryHash: "q", strategy: "text" });
      expect(await acme.getWithInfo(answer)).toMatchObject({
        hit: false,
        causes: { hot: "tier-down", warm: "bypassed", cold: "bypassed" },
      });

      for (const module of [redis, s3]) module.make = async () => entryBackend({ clock });
      await clock.advanceAndSettle(60_000);
      expect(cache.report.degraded).toBe(false);
      await acme.getOrCompute(answer, () => ["found"]);
      expect(await acme.getWithInfo(answer)).toMatchObject({ hit: true, tier: "hot" });
    });
  });
});

describe("embedded.yaml", () => {
  test("needs nothing but a directory, and finds everything again", async () => {
    await inFolder(async (folder) => {
      const env = { COGNIVERSE_CACHE_DIR: join(folder, "cache") };
      const embedding = keys.embeddingMetadata({ model: "m", video: "v" });
      for (const tier of ["nowhere", "warm"]) {
        await using cache = await createCache({ configPath: embedded, env });
        const acme = cache.forTenant("acme");
        const info = await acme.getWithInfo(embedding);
        expect(info.hit ? info.tier : "nowhere").toBe(tier);
        await acme.getOrCompute(embedding, () => ({ chunks: 3 }));
        expect(await acme.getWithInfo(embedding)).toMatchObject({ hit: true, tier: "memory" });
      }
    });
  });

  test("has a policy for each family, and its variables have defaults", async () => {
    const check = await checkConfig({ configPath: embedded, env: {} });
    expect(check).toMatchObject({
      ok: true,
      summary: {
        tiers: [{ name: "memory" }, { name: "warm" }],
        policies: {
          embeddings: { tiers: ["memory", "warm"], ttl: null },
          transcriptions: { ttl: null },
          frames: { tiers: ["warm"], ttl: 2_592_000 },
          search_results: { ttl: 3600 },
          experiments: { ttl: null },
        },
      },
    });
  });
});

describe.each(["embedded.yaml", "production.yaml", "production-gcs.yaml"])("%s", (name) => {
  const telemetryOf = async (env: Readonly<Record<string, string>>): Promise<unknown> => {
    const check = await checkConfig({ configPath: path(name), env });
    return check.ok ? check.summary.telemetry : check.problems;
  };

  test("exports nothing until a variable names where to", async () => {
    const off = { enabled: false, traces: null, metrics: { otlp: null, prometheus: null } };
    expect(await telemetryOf({})).toMatchObject(off);
    expect(
      await telemetryOf({ PHOENIX_COLLECTOR_ENDPOINT: "", COGNIVERSE_METRICS_PORT: "" }),
    ).toMatchObject(off);
  });

  test("PHOENIX_COLLECTOR_ENDPOINT and COGNIVERSE_METRICS_PORT each open one way out", async () => {
    const traces = await telemetryOf({ PHOENIX_COLLECTOR_ENDPOINT: "http://127.0.0.1:6006" });
    expect(traces).toMatchObject({
      enabled: true,
      traces: { url: "http://127.0.0.1:6006/v1/traces", project: "cogniverse" },
      metrics: { prometheus: null },
    });
    const metrics = await telemetryOf({ COGNIVERSE_METRICS_PORT: "9464" });
    expect(metrics).toMatchObject({
      enabled: true,
      traces: null,
      metrics: { prometheus: { host: "127.0.0.1", port: 9464 } },
    });
  });
});

test("original.yaml asks for no telemetry", async () => {
  expect(await checkConfig({ configPath: original })).toMatchObject({
    summary: { telemetry: null, prices: null },
  });
});

describe.each([
  ["production.yaml", "s3"],
  ["production-gcs.yaml", "gcs"],
])("%s", (name, cold) => {
  test("is right with no variable set; the bucket's log is the truth", async () => {
    expect(await checkConfig({ configPath: path(name), env: {} })).toMatchObject({
      ok: true,
      summary: {
        tiers: [{ name: "memory" }, { name: "hot" }, { name: "warm" }, { name: "cold" }],
        truth: { tier: "cold", backend: cold, leaseMs: 5000 },
        policies: {
          embeddings: { tiers: ["memory", "warm", "cold"], ttl: null },
          search_results: { tiers: ["memory", "hot"], ttl: 3600 },
        },
      },
    });
  });
});
