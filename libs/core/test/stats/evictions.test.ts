import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localBackend } from "@cogniverse/cache-local";
import { memoryBackend } from "@cogniverse/cache-memory";
import {
  CacheManager,
  noTelemetry,
  silentLogger,
  systemClock,
  systemRandom,
} from "@cogniverse/core";
import { expect, test } from "@jest/globals";

const context = { clock: systemClock, random: systemRandom, logger: silentLogger };

test("what a memory tier evicts is counted by cause, for the tenant whose it was", async () => {
  const memory = memoryBackend({ maxEntries: 10, maxTenantShare: 0.5 }, context);
  await using cache = new CacheManager({ tiers: [{ name: "memory", backend: memory }] });
  for (let i = 0; i < 8; i++) await cache.put(`a/${i}`, i, "acme");
  await cache.put("a/1", 1, "other");
  expect((await cache.stats("acme")).tiers[0]).toMatchObject({
    entries: 5,
    evictions: { quota: 3, size: 0 },
    details: { evictedForQuota: 3, evictedForSize: 0, capacityBytes: 256e6 },
  });
  expect((await cache.stats("other")).tiers[0]).toMatchObject({
    evictions: { quota: 0, size: 0 },
  });
});

test("what a disk evicts is counted though nothing takes it over, and its room is told", async () => {
  const base_path = await mkdtemp(join(tmpdir(), "evictions-"));
  const disk = await localBackend(
    { base_path, min_free_gb: 0, max_size_gb: 0.01 },
    { tier: "disk", telemetry: noTelemetry, ...context },
  );
  const cache = new CacheManager({
    tiers: [{ name: "disk", backend: disk }],
    defaultPolicy: { compressAboveBytes: false },
  });
  const large = new Uint8Array(1_000_000);
  for (let i = 0; i < 20; i++) await cache.put(`a/${i}`, large, "acme");
  const [tier] = (await cache.stats("acme")).tiers;
  expect(tier?.evictions.size).toBe(20 - (tier?.entries ?? 0));
  expect(tier?.evictions.size).toBeGreaterThan(5);
  expect(tier?.details).toMatchObject({ capacityBytes: 1e7 });
  expect(tier?.details["usedBytes"]).toBeLessThanOrEqual(1e7);
  await cache.close();
  await rm(base_path, { recursive: true });
});
