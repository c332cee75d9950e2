import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import { type BackendProfile, type CacheBackend, CacheError, type Clock } from "@cogniverse/sdk";
import { entryBackend, FakeClock, memoryLog, recordingLogger } from "@cogniverse/testkit";
import { type ConfiguredCache, createCache } from "../../src/index.ts";
import { downModule, type FakeModule, fakeModule } from "../support/fake-modules.ts";

const key = keys.transcription({ video: "v1" });
const TRAITS = { locality: "machine", durable: true } as const;

/** What two starts of an application would find on the same disk. */
function disk(clock: Clock): CacheBackend {
  const { [Symbol.asyncDispose]: _stays, ...backend } = entryBackend({ clock, traits: TRAITS });
  return { ...backend, traits: TRAITS, log: memoryLog() };
}

async function start(clock: Clock, warm: FakeModule): Promise<ConfiguredCache> {
  const near = fakeModule("near");
  near.make = async () => entryBackend({ clock });
  return createCache({
    config: { caching: { tiers: { near: { backend: "near" }, warm: { backend: "warm" } } } },
    backends: { near, warm },
    clock,
    logger: recordingLogger(),
  });
}

/** A first start that leaves one entry on the disk. */
async function filled(
  clock: Clock,
  profile: Partial<{ profile: BackendProfile }>,
): Promise<CacheBackend> {
  const backend = disk(clock);
  const up = fakeModule("warm", profile);
  up.make = async () => backend;
  const cache = await start(clock, up);
  await cache.forTenant("acme").getOrCompute(key, () => "old");
  await cache.close();
  return backend;
}

describe("the tier that holds the log is down at start", () => {
  const profile = { profile: { traits: TRAITS, logLeaseMs: 200 } };

  test("nothing cached is served and no invalidation acknowledged until it is there", async () => {
    const clock = new FakeClock();
    const backend = await filled(clock, profile);
    const warm = downModule("warm", profile);
    await using cache = await start(clock, warm);
    const acme = cache.forTenant("acme");
    let computes = 0;
    for (const n of [1, 2]) expect(await acme.getOrCompute(key, () => ++computes)).toBe(n);
    await expect(acme.invalidate(key)).rejects.toMatchObject({ code: "tier_unavailable" });

    warm.make = async () => backend;
    await clock.advanceAndSettle(2000);
    expect(await acme.get(key)).toBe("old");
    const done = acme.invalidate(key);
    await clock.advanceAndSettle(1000);
    expect(await done).toMatchObject({ position: 1 });
    expect(await acme.get(key)).toBeUndefined();
  });

  test("refused credentials are told as such, once, with what did not happen", async () => {
    const clock = new FakeClock();
    const warm = downModule("warm", profile);
    warm.make = () =>
      Promise.reject(
        new CacheError("auth", 'Tier "warm": HeadBucket failed (403). Check the keys'),
      );
    await using cache = await start(clock, warm);
    const acme = cache.forTenant("acme");
    const refusal = {
      code: "auth",
      retryable: false,
      message:
        'The invalidation log cannot be reached, so nothing was recorded or stored. Tier "warm" is down: HeadBucket failed (403). Check the keys',
    };
    await expect(acme.put(key, "new")).rejects.toMatchObject(refusal);
    await expect(acme.invalidate(key)).rejects.toMatchObject(refusal);
  });

  test("a log that its module does not announce keeps the tier out until the next start", async () => {
    const clock = new FakeClock();
    const backend = await filled(clock, {});
    const warm = downModule("warm");
    await using cache = await start(clock, warm);
    const acme = cache.forTenant("acme");
    // Acknowledged on a log of this process: the copy on the disk does not know of it.
    await acme.invalidate(key);
    warm.make = async () => backend;
    await clock.advanceAndSettle(120_000);
    expect(await acme.get(key)).toBeUndefined();
    expect(cache.report.tiers[1]).toMatchObject({
      state: "down",
      reason: expect.stringContaining("start again"),
    });
  });
});
