import { beforeEach, describe, expect, test } from "@jest/globals";
import { HeadPace } from "../../src/log/head-pace.ts";
import { testContext, type TestContext } from "../surroundings.ts";

let context: TestContext;
let pace: HeadPace;
/** The next random number. */
let luck = 0.5;

beforeEach(() => {
  context = testContext();
  context.random.next = () => luck;
  luck = 0.5;
  pace = new HeadPace(context, 0);
});

/** A replacement that takes `ms`. */
function land(ms: number): void {
  pace.sends();
  context.clock.advance(ms);
  pace.landed();
}

/** How long the next replacement has to wait. */
async function waits(): Promise<number> {
  const before = context.clock.monotonic();
  const state = { isDue: false };
  void pace.due().then(() => (state.isDue = true));
  await context.clock.advanceAndSettle(0);
  while (!state.isDue) await context.clock.advanceAndSettle(1);
  return context.clock.monotonic() - before;
}

describe("when a writer sends its next replacement", () => {
  test("alone: at once", async () => {
    land(20);
    expect(await waits()).toBe(0);
  });

  test("refused once: at once, since the head was read just now", async () => {
    land(20);
    pace.refused(1);
    expect(await waits()).toBe(0);
  });

  test.each([
    [2, 0.5, 10],
    [2, 1, 20],
    [3, 1, 40],
    [4, 1, 80],
    [20, 1, 80],
    [20, 0, 0],
  ])("refused %d times: after a random time, here %d of it: %d ms", async (times, part, ms) => {
    land(10);
    luck = part;
    pace.refused(times);
    expect(await waits()).toBe(ms);
  });

  test("who landed among others leaves them time to read and to write, and a random part more", async () => {
    land(10);
    pace.refused(1);
    land(10);
    expect(await waits()).toBe(45);
    context.clock.advance(1000);
    land(10);
    expect(await waits()).toBe(0);
  });

  test("one request that took long is not the measure", async () => {
    land(900);
    pace.refused(2);
    expect(await waits()).toBe(10);
  });

  test("who never meets anybody rests now and then, for those who lose each time", async () => {
    const rests: number[] = [];
    for (let n = 0; n < 250; n++) {
      land(10);
      rests.push(await waits());
    }
    expect(rests.filter((ms) => ms > 0)).toEqual([100, 100]);
  });

  test("who has pauses of its own does not rest", async () => {
    for (let n = 0; n < 30; n++) {
      land(10);
      expect(await waits()).toBe(0);
      context.clock.advance(100);
    }
  });
});
