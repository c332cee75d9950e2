import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { FakeClock, settle } from "@cogniverse/testkit";
import { Pace } from "../../src/sweep/pace.ts";

const { signal } = new AbortController();

/** How long a step of so many copies is followed by a rest, to the nearest millisecond. */
async function restAfter(copies: number, tookMs: number, rate: number): Promise<number> {
  const clock = new FakeClock();
  const resting = new Pace(clock, rate).rest(copies, tookMs, signal);
  const over = resting.then(() => true);
  // A turn of the event loop belongs to every rest.
  const isOver = (): Promise<boolean> => Promise.race([over, nextTurn(false)]);
  let ms = 0;
  for (; !(await isOver()); ms++) clock.advance(1);
  return ms;
}

test("never faster than the rate", async () => {
  expect(await restAfter(32, 0, 2000)).toBe(16);
  expect(await restAfter(32, 2, 2000)).toBe(14);
});

test("a tier that is slow is asked less: at rest four times as long as at work", async () => {
  expect(await restAfter(32, 100, 2000)).toBe(400);
});

test("without a rate there is no rest, and others get the event loop all the same", async () => {
  expect(await restAfter(32, 100, Infinity)).toBe(0);
});

test("few copies a second are few a step", () => {
  const clock = new FakeClock();
  const steps = [Infinity, 2000, 256, 10, 1, 0.1].map((rate) => new Pace(clock, rate).step);
  expect(steps).toEqual([128, 128, 128, 5, 1, 1]);
});

test("who leaves does not wait for the rest", async () => {
  const controller = new AbortController();
  const clock = new FakeClock();
  const resting = new Pace(clock, 1).rest(1, 0, controller.signal);
  await settle();
  controller.abort("enough");
  await expect(resting).rejects.toBe("enough");
  expect(clock.pending).toBe(0);
});
