import { describe, expect, test } from "@jest/globals";
import { inOrder } from "@cogniverse/sdk";

type Running = Readonly<{ item: number; signal: AbortSignal; end: (value: string) => void }>;

/** Work that ends when the test says so. */
function byHand(): Readonly<{
  running: Running[];
  run: (item: number, signal: AbortSignal) => Promise<string>;
}> {
  const running: Running[] = [];
  const run = (item: number, signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      running.push({ item, signal, end: resolve });
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  return { running, run };
}

describe("inOrder", () => {
  test("runs so many at once and yields in the order of the items", async () => {
    const { running, run } = byHand();
    const answers = inOrder([1, 2, 3], 2, run);
    const first = answers.next();
    expect(running.map(({ item }) => item)).toEqual([1, 2]);
    running[1]?.end("two");
    running[0]?.end("one");
    expect(await first).toEqual({ done: false, value: "one" });
    expect(running.map(({ item }) => item)).toEqual([1, 2, 3]);
    expect(await answers.next()).toEqual({ done: false, value: "two" });
    running[2]?.end("three");
    expect(await answers.next()).toEqual({ done: false, value: "three" });
    expect(await answers.next()).toEqual({ done: true, value: undefined });
  });

  test("aborts what is under way where it is left early", async () => {
    const { running, run } = byHand();
    const answers = inOrder([1, 2], 2, run);
    const first = answers.next();
    running[0]?.end("one");
    await first;
    await answers.return();
    expect(running[1]?.signal.aborted).toBe(true);
  });

  test("rejects as an item does, and with the caller's reason", async () => {
    const failing = inOrder([1, 2], 2, async (item) => {
      if (item === 1) throw new Error("broken");
      return item;
    });
    await expect(failing.next()).rejects.toThrow("broken");
    const controller = new AbortController();
    const { run } = byHand();
    const first = inOrder([1], 1, run, controller.signal).next();
    controller.abort("enough");
    await expect(first).rejects.toBe("enough");
  });
});
