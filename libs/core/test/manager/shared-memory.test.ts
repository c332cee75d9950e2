import { expect, test } from "@jest/globals";
import { CacheManager, silentLogger, systemClock } from "@cogniverse/core";
import { memoryBackend } from "@cogniverse/cache-memory";

test("two managers on one memory backend do not take each other's checks for their own", async () => {
  const backend = memoryBackend({}, { clock: systemClock, logger: silentLogger });
  const [one, other] = [1, 2].map(() => new CacheManager({ tiers: [{ name: "memory", backend }] }));
  await one?.getOrCompute("a/b", "acme", () => "one");
  await one?.get("a/b", "acme");
  // Each has a log of its own in memory, so a copy of the other's is dead.
  await other?.getOrCompute("a/c", "acme", () => "other");
  expect(await other?.get("a/b", "acme")).toBeUndefined();
  expect(await other?.getOrCompute("a/b", "acme", () => "other")).toBe("other");
  await one?.close();
  await other?.close();
});
