import { expect, test } from "@jest/globals";
import type { Call } from "@cogniverse/sdk";
import { FakeClock } from "@cogniverse/testkit";
import { TimeLimit } from "../../src/time/time-limit.ts";

test("what is run may copy what it is given, and hears of the limit by the copy", async () => {
  const clock = new FakeClock();
  using limit = new TimeLimit(clock, 100);
  let copy: Call = {};
  const running = limit.run(
    () => "The server",
    async (call) => {
      copy = { ...call };
      return new Promise<never>(() => undefined);
    },
  );
  expect(copy.signal?.aborted).toBe(false);
  clock.advance(100);
  await expect(running).rejects.toMatchObject({ code: "timeout" });
  expect(copy.signal?.reason).toMatchObject({ code: "timeout" });
});

test("all calls have one getter: objects with a getter each are slow, and keep what they lead to from being collected early", async () => {
  using limit = new TimeLimit(new FakeClock(), 100);
  const property = (): Promise<PropertyDescriptor | undefined> =>
    limit.run(
      () => "The server",
      async (call) => Object.getOwnPropertyDescriptor(call, "signal"),
    );
  const once = await property();
  expect(once).toMatchObject({ enumerable: true, get: expect.any(Function) });
  // Functions are equal where they are the same.
  expect(await property()).toEqual(once);
});
