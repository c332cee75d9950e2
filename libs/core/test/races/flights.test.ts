import { describe, expect, test } from "@jest/globals";
import { CacheError } from "@cogniverse/sdk";
import { Scheduler, settle } from "@cogniverse/testkit";
import { Deployment } from "./support/deployment.ts";
import { note, oneNode, only } from "./support/one-node.ts";

const key = note({ id: 1 });
const other = note({ id: 2 });
const third = note({ id: 3 });

/** A compute that runs until the test says so, or until nobody waits for it. */
function heldCompute(n: number): Readonly<{
  scheduler: Scheduler;
  signals: AbortSignal[];
  compute: (context: Readonly<{ signal: AbortSignal }>) => Promise<{ n: number }>;
}> {
  const scheduler = new Scheduler();
  const signals: AbortSignal[] = [];
  scheduler.hold("compute");
  return {
    scheduler,
    signals,
    compute: async ({ signal }) => {
      signals.push(signal);
      await scheduler.checkpoint("compute", signal);
      return { n };
    },
  };
}

describe("race 14: callers that go away", () => {
  test("one of three aborts: it gets its own reason, the others the value, the compute sees nothing", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const { scheduler, signals, compute } = heldCompute(1);
    const mine = new AbortController();
    const leaving = acme.getOrCompute(key, compute, { signal: mine.signal });
    const staying = [acme.getOrCompute(key, compute), acme.getOrCompute(key, compute)];
    for (const one of staying) one.catch(() => undefined); // awaited below
    await scheduler.reached("compute");
    const reason = new Error("had enough");
    mine.abort(reason);
    await expect(leaving).rejects.toBe(reason);
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
    scheduler.release("compute");
    expect(await Promise.all(staying)).toEqual([{ n: 1 }, { n: 1 }]);
    expect(await acme.get(key)).toEqual({ n: 1 });
  });

  test("all abort: the compute sees its signal, nothing is stored, and the next caller computes", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const { scheduler, signals, compute } = heldCompute(1);
    const controllers = [new AbortController(), new AbortController()];
    const leaving = controllers.map(({ signal }) => acme.getOrCompute(key, compute, { signal }));
    await scheduler.reached("compute");
    for (const controller of controllers) controller.abort();
    for (const left of leaving) await expect(left).rejects.toThrow(/abort/);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    await settle();
    expect(await acme.get(key)).toBeUndefined();
    expect(await acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
  });

  test("who comes after all have gone does not join what they left", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const scheduler = new Scheduler();
    scheduler.hold("deaf");
    const controller = new AbortController();
    const leaving = acme.getOrCompute(
      key,
      async () => {
        await scheduler.checkpoint("deaf"); // hears no signal
        return { n: 1 };
      },
      { signal: controller.signal },
    );
    await scheduler.reached("deaf");
    controller.abort();
    await expect(leaving).rejects.toThrow(/abort/);
    expect(await acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
    scheduler.release("deaf");
    await settle();
  });

  test("an aborted look-up leaves a tier that hangs behind", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const hanging = node.warm.faults.hang("getEntry");
    const controller = new AbortController();
    const leaving = acme.getOrCompute(key, () => ({ n: 1 }), { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(leaving).rejects.toThrow(/abort/);
    hanging[Symbol.dispose]();
  });

  test.each([{}, { refresh: true }, { bypass: true }])(
    "closing aborts computes with %j",
    async (options) => {
      const { cache } = oneNode();
      const { scheduler, signals, compute } = heldCompute(1);
      const began = cache.forTenant("acme").getOrCompute(key, compute, options);
      await scheduler.reached("compute");
      const closed = cache.close();
      await expect(began).rejects.toMatchObject({ code: "closed" });
      expect(signals.map((signal) => signal.aborted)).toEqual([true]);
      await closed;
    },
  );
});

describe("race 12: a compute makes room for the next one", () => {
  test.each([
    ["that ends with a value", async () => ({ n: 1 })],
    ["that throws", () => Promise.reject(new RangeError("no"))],
    ["whose callers abort", (left: AbortController) => Promise.resolve(left.abort())],
  ] as const)("%s", async (_how, compute) => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const left = new AbortController();
    const first = acme.getOrCompute(
      key,
      async () => {
        await compute(left);
        return { n: 1 };
      },
      { signal: left.signal, shouldCache: () => false },
    );
    await Promise.allSettled([first]);
    expect(await acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
  });
});

describe("closing", () => {
  test("leaves no caller behind in a tier or a log that hangs and hears no signal", async () => {
    await using world = new Deployment();
    const node = world.node();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }));
    const hangingTier = world.warm.faults.hang("getEntry", { deaf: true });
    const hangingLog = node.logFaults.hang("append", { deaf: true });
    const reading = acme.getWithInfo(key, only("warm"));
    const sharing = acme.getOrCompute(other, () => ({ n: 2 }));
    const invalidating = acme.invalidate(other);
    const ends = Promise.allSettled([reading, sharing, invalidating]);
    await settle();
    await node.cache.close();
    await world.pass(1); // no time limit runs out
    expect((await ends).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    hangingTier[Symbol.dispose]();
    hangingLog[Symbol.dispose]();
  });
});

describe("race 29: computes that would wait for themselves", () => {
  test("for the own key: a clear error, and nothing is stored", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const asking = acme.getOrCompute(key, () => acme.getOrCompute(key, () => ({ n: 1 })));
    await expect(asking).rejects.toMatchObject({ code: "reentrant" });
    await expect(asking).rejects.toThrow(/asks for its own key/);
    expect(await acme.get(key)).toBeUndefined();
    expect(await acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
  });

  test("in a circle of three: a clear error for the one that would close it", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const circle = acme.getOrCompute(key, () =>
      acme.getOrCompute(other, () =>
        acme.getOrCompute(third, () => acme.getOrCompute(key, () => ({ n: 1 }))),
      ),
    );
    await expect(circle).rejects.toMatchObject({ code: "reentrant" });
  });

  test("two that begin apart and then ask for each other: neither hangs", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const scheduler = new Scheduler();
    scheduler.hold("both");
    scheduler.hold("both");
    const crossing = (own: typeof key, theirs: typeof key): Promise<unknown> =>
      acme.getOrCompute(own, async () => {
        await scheduler.checkpoint("both");
        return acme.getOrCompute(theirs, () => ({ n: 0 }));
      });
    const ends = Promise.allSettled([crossing(key, other), crossing(other, key)]);
    await scheduler.reached("both");
    scheduler.release("both");
    await scheduler.reached("both");
    scheduler.release("both");
    for (const end of await ends) {
      expect(end.status).toBe("rejected");
      expect(end.status === "rejected" && CacheError.isInstance(end.reason)).toBe(true);
    }
  });

  test("what only shares a source is no circle", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const source = (): Promise<{ n: number }> => acme.getOrCompute(third, () => ({ n: 3 }));
    expect(
      await Promise.all([acme.getOrCompute(key, source), acme.getOrCompute(other, source)]),
    ).toEqual([{ n: 3 }, { n: 3 }]);
  });
});

describe("race 35: who joins a flight", () => {
  test.each([
    ["delete", () => undefined],
    ["tag", (setTags: (...tags: string[]) => void) => setTags("red")],
  ] as const)(
    "after an acknowledged invalidation (%s) never gets its older value",
    async (how, tag) => {
      await using node = oneNode();
      const acme = node.cache.forTenant("acme");
      const scheduler = new Scheduler();
      scheduler.hold("compute");
      let source = 1;
      const began = acme.getOrCompute(key, async ({ setTags }) => {
        const read = source;
        await scheduler.checkpoint("compute");
        tag(setTags);
        return { n: read };
      });
      await scheduler.reached("compute");
      source = 2;
      await (how === "delete" ? acme.delete(key) : acme.invalidate({ kind: "tag", value: "red" }));
      const joined = [1, 2].map(() => acme.getOrCompute(key, () => ({ n: source })));
      await settle();
      scheduler.release("compute");
      expect(await began).toEqual({ n: 1 });
      expect(await Promise.all(joined)).toEqual([{ n: 2 }, { n: 2 }]);
      expect(await acme.stats()).toMatchObject({ computes: 2 });
    },
  );

  test("before its compute began gets its value, whatever was invalidated meanwhile", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    let computes = 0;
    const compute = async (): Promise<{ n: number }> => {
      computes++;
      await node.scheduler.checkpoint("compute");
      return { n: computes };
    };
    node.scheduler.hold("warm.getEntry before");
    node.scheduler.hold("compute");
    const callers = [acme.getOrCompute(key, compute), acme.getOrCompute(key, compute)];
    await node.scheduler.reached("warm.getEntry before");
    node.scheduler.release("warm.getEntry before");
    await node.scheduler.reached("compute");
    await acme.delete(key);
    node.scheduler.release("compute");
    expect(await Promise.all(callers)).toEqual([{ n: 1 }, { n: 1 }]);
    expect(computes).toBe(1);
    expect(await acme.get(key)).toBeUndefined();
  });

  test("with a compute that fails gets that failure; the next caller computes", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const fail = (): never => {
      throw new RangeError("no");
    };
    const callers = [acme.getOrCompute(key, fail), acme.getOrCompute(key, fail)];
    for (const caller of callers) await expect(caller).rejects.toThrow(RangeError);
    expect(await acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
  });
});
