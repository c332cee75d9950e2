import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import { plainSession, type InvalidationLog } from "@cogniverse/sdk";
import { entryBackend, FakeClock, memoryLog, recordingLogger } from "@cogniverse/testkit";
import { type CachingConfig, createCache } from "../../src/index.ts";
import { downModule, fakeModule } from "../support/fake-modules.ts";
import { isSettled } from "../support/is-settled.ts";

const frame = keys.frame({ video: "v", timestamp: 1 });

describe("coherence", () => {
  /** A log that knows of no other node. */
  const onlyByTime = (log: InvalidationLog, leaseMs: number): InvalidationLog => ({
    ...log,
    leaseMs,
    session: () => plainSession(log),
  });

  /** How long an invalidation takes to be acknowledged by a log that other machines read, in steps of 50 ms. */
  const acknowledgedAfterMs = async (
    coherence: CachingConfig["coherence"],
    startsDown = false,
  ): Promise<number> => {
    const clock = new FakeClock();
    const traits = { locality: "shared", durable: true } as const;
    const shared = startsDown ? downModule : fakeModule;
    const module = shared("fake", { profile: { traits, logLeaseMs: "network" } });
    const make: typeof module.make = async (_options, { networkLeaseMs = 0 }) => ({
      ...entryBackend({ clock, traits }),
      traits,
      log: onlyByTime(memoryLog(), networkLeaseMs),
    });
    if (!startsDown) module.make = make;
    await using cache = await createCache({
      config: { caching: { tiers: { cold: { backend: "fake" } }, coherence } },
      backends: { fake: module },
      clock,
      logger: recordingLogger(),
    });
    if (startsDown) {
      module.make = make;
      await clock.advanceAndSettle(2000);
    }
    await cache.get(frame, "acme");
    const done = cache.invalidate({ kind: "tenant" }, "acme");
    let passedMs = 0;
    for (; !(await isSettled(done)); passedMs += 50) await clock.advanceAndSettle(50);
    await done;
    return passedMs;
  };

  test("lease_ms", async () => {
    expect(await acknowledgedAfterMs({ lease_ms: 100 })).toBe(100);
    expect(await acknowledgedAfterMs({ lease_ms: 1000 })).toBe(1000);
    expect(await acknowledgedAfterMs(undefined)).toBe(5000);
    expect(await acknowledgedAfterMs({})).toBe(5000);
  });

  test("lease_ms, where the tier with the log was down at start", async () => {
    expect(await acknowledgedAfterMs({ lease_ms: 300 }, true)).toBe(300);
  });
});
