import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import { plainSession, type CacheBackend } from "@cogniverse/sdk";
import { memoryLog } from "@cogniverse/testkit";
import { isSettled } from "../support/is-settled.ts";
import { running } from "../support/two-tiers.ts";

const frame = keys.frame({ video: "v", timestamp: 1 });

describe("limits of a tier", () => {
  test("time_limit_ms", async () => {
    const answersAfter = (limit: number): Promise<unknown> =>
      running({ cold: { time_limit_ms: limit } }, async ({ acme, clock, cold }) => {
        cold.faults.hang("getEntry");
        const info = acme.getWithInfo(frame);
        await clock.advanceAndSettle(100);
        const early = isSettled(info);
        await clock.advanceAndSettle(1000);
        return [await early, await info];
      });
    const down = { hit: false, causes: { hot: "absent", cold: "tier-down" } };
    expect(await answersAfter(100)).toEqual([true, down]);
    expect(await answersAfter(1000)).toEqual([false, down]);
  });

  /** How many of ten reads of a failing tier reach it; then the pause passes by half, and then whole. */
  const reaching = (limits: Record<string, number>): Promise<readonly number[]> =>
    running({ cold: limits }, async ({ acme, clock, cold }) => {
      cold.faults.fail("getEntry", { times: Infinity });
      const counts: number[] = [];
      for (const passMs of [0, 250, 250]) {
        clock.advance(passMs);
        for (let i = 0; i < 10; i++) await acme.get(frame);
        counts.push(cold.faults.count("getEntry"));
      }
      return counts;
    });

  test("breaker_failures", async () => {
    expect((await reaching({ breaker_failures: 2 }))[0]).toBe(2);
    expect((await reaching({ breaker_failures: 7 }))[0]).toBe(7);
    expect((await reaching({}))[0]).toBe(5);
  });

  test("breaker_pause_ms", async () => {
    expect(await reaching({ breaker_pause_ms: 500 })).toEqual([5, 5, 6]);
    expect(await reaching({ breaker_pause_ms: 250 })).toEqual([5, 6, 7]);
    expect(await reaching({})).toEqual([5, 5, 5]);
  });
});

describe("limits of the cache", () => {
  test("background_limit", async () => {
    const running2 = (limit: number | undefined): Promise<number> =>
      running({ background_limit: limit }, async ({ cache, acme, hot }) => {
        const found = [1, 2, 3].map((timestamp) => keys.frame({ video: "v", timestamp }));
        for (const key of found)
          await acme.getOrCompute(key, () => new Uint8Array(1), { hot: false });
        const hanging = hot.faults.hang("putEntry");
        for (const key of found) await acme.get(key);
        const promoting = hot.faults.count("putEntry");
        hanging[Symbol.dispose]();
        await cache.flush();
        return promoting;
      });
    expect(await running2(1)).toBe(1);
    expect(await running2(2)).toBe(2);
    expect(await running2(undefined)).toBe(3);
  });

  test("coherence_wait_ms", async () => {
    const unreachable = (backend: CacheBackend): CacheBackend => ({
      ...backend,
      log: {
        ...memoryLog(),
        leaseMs: 200,
        session: () => ({
          ...plainSession(memoryLog()),
          snapshot: () => Promise.withResolvers<never>().promise,
        }),
      },
    });
    const computedEarly = (waitMs: number): Promise<boolean> =>
      running(
        { coherence_wait_ms: waitMs },
        async ({ acme, clock }) => {
          const value = acme.getOrCompute(frame, () => new Uint8Array(1));
          await clock.advanceAndSettle(100);
          const early = await isSettled(value);
          await clock.advanceAndSettle(10_000);
          await value;
          return early;
        },
        unreachable,
      );
    expect(await computedEarly(50)).toBe(true);
    expect(await computedEarly(500)).toBe(false);
  });
});
