import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import {
  CacheManager,
  MemoryLog,
  noTelemetry,
  silentLogger,
  systemClock,
  systemRandom,
} from "@cogniverse/core";
import { localBackend } from "@cogniverse/cache-local";
import { entryBackend } from "@cogniverse/testkit";

const disk = (folder: string) =>
  localBackend(
    { base_path: folder },
    {
      tier: "disk",
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      telemetry: noTelemetry,
    },
  );

const onDisk = async <R>(folder: string, use: (cache: CacheManager) => Promise<R>): Promise<R> => {
  const cache = new CacheManager({ tiers: [{ name: "disk", backend: await disk(folder) }] });
  try {
    return await use(cache);
  } finally {
    await cache.close();
  }
};

test("what a source took along stays dead when the source comes back as it was, also after a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cogniverse-"));
  try {
    await onDisk(folder, async (cache) => {
      const acme = cache.forTenant("acme");
      await acme.put("a/source", "one");
      await acme.getOrCompute(
        "a/derived",
        async () => `from ${String(await acme.get("a/source"))}`,
      );
      await acme.put("a/source", "one");
      expect(await acme.get("a/derived")).toBe("from one");
      for (const value of ["two", "one", "one"]) await acme.put("a/source", value);
      // A read would drop the copy, and the restart would have nothing to get wrong.
      expect(await cache.inspect("a/derived", "acme")).toMatchObject([{ why: "invalidated" }]);
    });
    await onDisk(folder, async (cache) => {
      expect(await cache.get("a/derived", "acme")).toBeUndefined();
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the log in memory tells as much to who joins late", async () => {
  const log = new MemoryLog("log");
  const backend = entryBackend();
  const [early, late] = [1, 2].map(
    () => new CacheManager({ tiers: [{ name: "a", backend }], log }),
  );
  await early?.put("a/source", "one", "acme");
  await early?.getOrCompute("a/derived", "acme", async () =>
    String(await early.get("a/source", "acme")),
  );
  for (const value of ["two", "one", "one"]) await early?.put("a/source", value, "acme");
  expect(await late?.get("a/derived", "acme")).toBeUndefined();
  await early?.close();
  await late?.close();
});
