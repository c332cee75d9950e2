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

test("over memory and a real disk, dead copies go and their room comes free", async () => {
  const base_path = await mkdtemp(join(tmpdir(), "sweep-"));
  const context = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const disk = await localBackend(
    { base_path, min_free_gb: 0 },
    { tier: "disk", telemetry: noTelemetry, ...context },
  );
  const cache = new CacheManager({
    tiers: [
      { name: "memory", backend: memoryBackend({}, context) },
      { name: "disk", backend: disk },
    ],
  });
  const large = new Uint8Array(100_000);
  for (let i = 0; i < 20; i++) await cache.put(`a/${i}`, large, "acme");
  for (let i = 0; i < 5; i++) await cache.put(`b/${i}`, large, "acme");
  const before = (await disk.getStats("acme")).details?.["fileBytes"] ?? 0;
  await cache.invalidateByPattern("a/*", "acme");
  expect(await cache.sweep("acme")).toMatchObject({
    scanned: 50,
    deleted: 40,
    tiers: [{ deleted: 20 }, { deleted: 20 }],
  });
  const { entries, details } = await disk.getStats("acme");
  expect(entries).toBe(5);
  expect(details?.["fileBytes"]).toBe(before / 5);
  for (let i = 0; i < 5; i++) expect(await cache.get(`b/${i}`, "acme")).toEqual(large);
  await cache.close();
  await rm(base_path, { recursive: true });
});
