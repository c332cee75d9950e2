import { expect, test } from "@jest/globals";
import { systemClock } from "@cogniverse/core";

test("a delay beyond what a timer can hold is a long one, not the shortest", async () => {
  const warned: unknown[] = [];
  const listen = (warning: unknown): void => void warned.push(warning);
  process.on("warning", listen);
  let ran = false;
  using _ = systemClock.after(2 ** 31, () => (ran = true));
  await new Promise<void>((resolve) => systemClock.after(20, resolve, true));
  process.off("warning", listen);
  expect(ran).toBe(false);
  expect(warned).toEqual([]);
});
