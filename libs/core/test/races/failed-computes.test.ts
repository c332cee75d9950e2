import { describe, expect, test } from "@jest/globals";
import { note, oneNode, only, type Note } from "./support/one-node.ts";

const key = note({ id: 1 });
const fails = (): never => {
  throw new RangeError("the source is down");
};

describe("race 20: an invalidation, then the compute throws", () => {
  test.each(["hard", "soft"] as const)(
    "after a %s one the caller gets the error, not the stale value",
    async (mode) => {
      await using node = oneNode();
      const acme = node.cache.forTenant("acme");
      await acme.getOrCompute(key, () => ({ n: 1 }));
      await acme.invalidate(key, { mode });
      await expect(acme.getOrCompute(key, fails)).rejects.toThrow(RangeError);
      for (const tier of ["memory", "warm", "cold"] as const)
        expect(await acme.get(key, only(tier))).toBeUndefined();
      expect(await acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
    },
  );
});

describe("race 26: a put while a compute runs", () => {
  test.each([
    ["fails", fails],
    ["finds that there is nothing", () => null],
    ["finds something older", () => ({ n: 1 })],
  ])("of which the compute %s: the put stays, on every tier", async (_how, ends) => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    node.scheduler.hold("compute");
    const computing = acme.getOrCompute<Note | null>(key.path, async () => {
      await node.scheduler.checkpoint("compute");
      return ends();
    });
    const ended = computing.catch(() => undefined);
    await node.scheduler.reached("compute");
    await acme.put(key, { n: 2 });
    node.scheduler.release("compute");
    await ended;
    await node.cache.flush();
    for (const tier of ["memory", "warm", "cold"] as const)
      expect(await acme.get(key, only(tier))).toEqual({ n: 2 });
  });
});
