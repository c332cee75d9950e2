import { describe, expect, test } from "@jest/globals";
import type { SweepConfig } from "../../src/index.ts";
import { wrong } from "../support/check-yaml.ts";
import { running } from "../support/two-tiers.ts";

/** How many dead copies a tier holds after so many seconds, of 200. */
function leftAfter(seconds: number, sweep: SweepConfig | undefined): Promise<number> {
  return running({ sweep }, async ({ acme, clock, cold }) => {
    for (let i = 0; i < 200; i++) await acme.put(`experiments/${i}.json`, i);
    await acme.invalidate({ kind: "tenant" });
    await clock.advanceAndSettle(seconds * 1000);
    return (await cold.listKeys("", "acme")).length;
  });
}

describe("sweep", () => {
  test("left out: nothing is deleted in the background", async () => {
    expect(await leftAfter(200_000, undefined)).toBe(200);
  });

  test("interval: the first round comes within it, by default within six hours", async () => {
    expect(await leftAfter(99, { interval: 1000 })).toBe(200);
    expect(await leftAfter(1010, { interval: 1000 })).toBe(0);
    expect(await leftAfter(21_610, {})).toBe(0);
  });

  test("rate: copies of each tier in a second", async () => {
    expect(await leftAfter(1060, { interval: 1000, rate: 10 })).toBe(0);
    expect(await leftAfter(1500, { interval: 1000, rate: 0.1 })).toBeGreaterThan(50);
  });
});

test.each([
  ["  sweep: true", '"sweep" must be'],
  ["  sweep: { intervall: 60 }", 'did you mean "interval"?'],
  ["  sweep: { interval: 0 }", '"interval" must be more than 0'],
  ["  sweep: { interval: 1e7 }", '"interval" must be at most 1209600'],
  ["  sweep: { rate: -1 }", '"rate" must be more than 0'],
  ["  sweep: { rate: fast }", '"rate" must be a number'],
])("%s is refused", async (line, expected) => {
  expect(await wrong(line)).toEqual([expect.stringContaining(expected)]);
});
