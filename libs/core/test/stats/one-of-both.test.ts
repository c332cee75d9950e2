import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { recordingTelemetry, settle, type RecordingTelemetry } from "@cogniverse/testkit";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp, stack, type SetUp } from "../support/set-up.ts";

expectNoUnhandledRejections();

const READS = ["get", "info", "compute", "slow", "throw", "leave", "refresh", "bypass"] as const;
const step = fc.record({
  read: fc.constantFrom(...READS),
  key: fc.constantFrom("a/1", "a/2", "b/1"),
  turns: fc.nat(6),
  disturb: fc.constantFrom("no", "rest", "rest", "kill", "fault"),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Begins one logical read, whatever becomes of it. */
function begin({ acme, faults }: SetUp, { read, key, disturb }: Step): Promise<unknown> {
  const compute = (): number => 1;
  if (disturb === "fault") faults("t1").fail("*");
  switch (read) {
    case "get":
      return acme.get(key);
    case "info":
      return acme.getWithInfo(key);
    case "compute":
      return acme.getOrCompute(key, compute);
    case "slow":
      return acme.getOrCompute(key, () => settle(1).then(compute));
    case "throw":
      return acme.getOrCompute(key, () => Promise.reject(new Error("no")));
    case "leave": {
      const controller = new AbortController();
      const { signal } = controller;
      const left = acme.getOrCompute(key, () => settle(1).then(compute), { signal });
      controller.abort(new Error("gone"));
      return left;
    }
    default:
      return acme.getOrCompute(key, compute, { [read]: true });
  }
}

function sumOf(telemetry: RecordingTelemetry, name: string): number {
  return telemetry.collect(name).reduce((sum, { value }) => sum + value, 0);
}

test("whatever becomes of reads that cross each other, each is one hit or one miss, in stats and to a collector", async () => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25, size: "max" }),
      fc.constantFrom(2, 3),
      fc.boolean(),
      async (steps, tiers, recording) => {
        const telemetry = recordingTelemetry();
        telemetry.recording = recording;
        const it = setUp(stack(tiers), { telemetry });
        const reads: Promise<unknown>[] = [];
        for (const one of steps) {
          if (one.disturb === "kill") await it.acme.delete(one.key);
          if (one.disturb === "rest") await settle(2);
          reads.push(begin(it, one).catch(() => undefined));
          for (let turns = one.turns; turns > 0; turns--) await Promise.resolve();
        }
        await Promise.all(reads);
        it.faults("t1").clear();
        const stats = await it.acme.stats();
        hits += stats.hits;
        expect(stats.hits + stats.misses).toBe(steps.length);
        expect(sumOf(telemetry, "cache.hits")).toBe(stats.hits);
        expect(sumOf(telemetry, "cache.misses")).toBe(stats.misses);
        expect(stats.tiers.reduce((sum, tier) => sum + tier.hits, 0)).toBe(stats.hits);
        await it.manager.close();
      },
    ),
    { numRuns: 300 },
  );
  expect(hits).toBeGreaterThan(300);
}, 60_000);
