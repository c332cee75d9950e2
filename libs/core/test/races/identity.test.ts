import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { localBackend } from "@cogniverse/cache-local";
import { memoryBackend } from "@cogniverse/cache-memory";
import {
  CacheManager,
  noTelemetry,
  silentLogger,
  systemClock,
  systemRandom,
} from "@cogniverse/core";
import type { CacheBackend } from "@cogniverse/sdk";
import { entryBackend, mapBackend } from "@cogniverse/testkit";

const tenants = ["a", "a:b", "A", "a.b", "a-b", "a_b", "a:b:c", "b"];
const long = "x".repeat(700);
const keys = [
  "c",
  "b:c",
  "a:b/c",
  "a/b",
  "a/b/c",
  "a%2Fb",
  "a%2Fb/c",
  "a%252Fb",
  "k/..",
  "k/.",
  "k/...",
  "K/..",
  "..",
  ".",
  "%2F",
  "%25",
  "%252F",
  "k/*",
  "k/?",
  "k/ ",
  "k/+",
  "k/é",
  "k/e\u0301",
  "k/É",
  "k/ﬁ",
  "k/fi",
  "k/😀",
  "k/\u0000",
  "k/\\",
  "k/c:d",
  "k@2/c",
  long,
  `${long}y`,
];

const directories: string[] = [];
async function local(): Promise<CacheBackend> {
  const base_path = await mkdtemp(join(tmpdir(), "identity-"));
  directories.push(base_path);
  return localBackend(
    { base_path, min_free_gb: 0 },
    {
      tier: "warm",
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      telemetry: noTelemetry,
    },
  );
}

describe("race 28: tenants and keys chosen to collide", () => {
  test.each<readonly [string, () => CacheBackend | Promise<CacheBackend>]>([
    ["memory", () => memoryBackend({}, { clock: systemClock, logger: silentLogger })],
    ["entries", () => entryBackend({})],
    ["the six calls", () => mapBackend({})],
    ["local disk", local],
  ])("are never one entry: %s", async (_name, open) => {
    const cache = new CacheManager({ tiers: [{ name: "only", backend: await open() }] });
    const all = tenants.flatMap((tenant) => keys.map((key) => ({ tenant, key })));
    await Promise.all(
      all.map(({ tenant, key }) => cache.getOrCompute(key, tenant, () => `${tenant} ${key}`)),
    );
    for (const { tenant, key } of all)
      expect(await cache.get(key, tenant)).toBe(`${tenant} ${key}`);
    for (const tenant of tenants)
      expect(new Set(await cache.listKeys("", tenant))).toEqual(new Set(keys));
    await cache.invalidate({ kind: "tenant" }, "a");
    await cache.invalidate({ kind: "key", value: "a/b" }, "a:b");
    await cache.invalidate({ kind: "prefix", value: "k/" }, "A");
    for (const { tenant, key } of all) {
      const dead =
        tenant === "a" ||
        (tenant === "a:b" && key === "a/b") ||
        (tenant === "A" && key.startsWith("k/"));
      expect([tenant, key, await cache.get(key, tenant)]).toEqual([
        tenant,
        key,
        dead ? undefined : `${tenant} ${key}`,
      ]);
    }
    await cache.close();
    for (const path of directories.splice(0)) await rm(path, { recursive: true });
  });

  test("two computes under way for keys that look alike are two", async () => {
    const cache = new CacheManager({ tiers: [{ name: "only", backend: mapBackend({}) }] });
    const pairs = [
      ["a:b", "c"],
      ["a", "b:c"],
      ["a", "a/b"],
      ["a", "a%2Fb"],
    ] as const;
    const values = await Promise.all(
      pairs.map(([tenant, key]) =>
        cache.getOrCompute(key, tenant, (context) => `${context.tenantId}|${context.key}`),
      ),
    );
    expect(values).toEqual(pairs.map(([tenant, key]) => `${tenant}|${key}`));
    await cache.close();
  });

  test.each([
    ["../a", "x"],
    ["a/b", "x"],
    ["", "x"],
    ["__a", "x"],
    ["a", ""],
    ["a", "x//y"],
    ["a", "%2e"],
    ["a", "\ud800"],
    ["a", "é".repeat(400)],
  ])("tenant %j with key %j is refused, without touching a tier", async (tenant, key) => {
    const cache = new CacheManager({ tiers: [{ name: "only", backend: mapBackend({}) }] });
    await expect(cache.getOrCompute(key, tenant, () => 1)).rejects.toMatchObject({
      code: /x/.test(key) && tenant !== "a" ? "invalid_tenant" : "invalid_key",
    });
    await cache.close();
  });
});
