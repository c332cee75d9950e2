import { describe, expect, test } from "@jest/globals";
import { faultBackend, mapBackend, Scheduler, seededRandom } from "@cogniverse/testkit";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function order(seed: number): Promise<string[]> {
  const warm = faultBackend(mapBackend());
  const scheduler = new Scheduler({ warm: warm.faults });
  const ends: string[] = [];
  const writer = async (name: string): Promise<void> => {
    for (let i = 0; i < 3; i++) await warm.put("a", bytes(i), name);
    ends.push(name);
  };
  await scheduler.interleave(seededRandom(seed), () =>
    Promise.all(["a", "b", "c", "d"].map(writer)),
  );
  return ends;
}

describe("Scheduler", () => {
  test("orders the steps of calls on tiers", async () => {
    const warm = faultBackend(mapBackend());
    const scheduler = new Scheduler({ warm: warm.faults });
    await warm.put("a", bytes(1), "t");
    scheduler.hold("warm.get after", { key: "a" });
    const read = warm.get("a", "t");
    await scheduler.reached("warm.get after");
    await warm.put("a", bytes(2), "t");
    scheduler.release("warm.get after");
    expect(await read).toEqual(bytes(1));
  });

  test("has checkpoints of the test's own", async () => {
    const scheduler = new Scheduler();
    await scheduler.checkpoint("free");
    scheduler.hold("compute");
    const seen: string[] = [];
    const compute = (async () => {
      await scheduler.checkpoint("compute");
      seen.push("compute");
    })();
    await scheduler.reached("compute");
    seen.push("test");
    scheduler.release("compute");
    await compute;
    expect(seen).toEqual(["test", "compute"]);
    await expect(scheduler.reached("compute")).rejects.toThrow(/not held/);
  });

  test("interleaves at random, and repeats a seed exactly", async () => {
    const first = await order(1);
    expect(await order(1)).toEqual(first);
    const others = await Promise.all([2, 3, 4].map(order));
    expect(new Set([first, ...others].map(String)).size).toBeGreaterThan(1);
  });
});
