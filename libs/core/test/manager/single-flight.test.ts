import { describe, expect, test } from "@jest/globals";
import { settle } from "@cogniverse/testkit";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp } from "../support/set-up.ts";

expectNoUnhandledRejections();
const key = "notes/1";

/** A compute that the test ends; `began` resolves with its signal. */
function held<T>(): Readonly<{
  compute: (context: { readonly signal: AbortSignal }) => Promise<T>;
  began: Promise<AbortSignal>;
  end: PromiseWithResolvers<T>;
}> {
  const began = Promise.withResolvers<AbortSignal>();
  const end = Promise.withResolvers<T>();
  const compute = ({ signal }: { readonly signal: AbortSignal }): Promise<T> => {
    began.resolve(signal);
    return end.promise;
  };
  return { compute, began: began.promise, end };
}

describe("one compute at a time for each tenant and key", () => {
  test("hundreds of keys, tenants and callers at once", async () => {
    const { manager } = setUp({ memory: "memory", disk: "six" });
    const computes = new Map<string, number>();
    const calls: Promise<unknown>[] = [];
    for (let caller = 0; caller < 5; caller++) {
      for (const tenant of ["a", "b", "c"]) {
        for (let id = 0; id < 200; id++) {
          const compute = async (): Promise<string> => {
            computes.set(`${tenant} ${id}`, (computes.get(`${tenant} ${id}`) ?? 0) + 1);
            await settle(1);
            return `${tenant} ${id}`;
          };
          const call = manager.getOrCompute(`notes/${id}`, tenant, compute);
          calls.push(call.then((value) => expect(value).toBe(`${tenant} ${id}`)));
        }
      }
    }
    await Promise.all(calls);
    expect(computes.size).toBe(600);
    expect(new Set(computes.values())).toEqual(new Set([1]));
    expect(await manager.stats("a")).toMatchObject({
      computes: 200,
      misses: 1000,
      hits: 0,
      coalesced: 800,
    });
    await manager.close();
  });

  test("two spellings and a key object are one key", async () => {
    const { acme, manager } = setUp({ disk: "entry" });
    const { compute, began, end } = held<number>();
    const first = acme.getOrCompute("notes/a b", compute);
    await began;
    const second = acme.getOrCompute("notes/a b", () => 2);
    end.resolve(1);
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    await manager.close();
  });
});

describe("aborts", () => {
  test("of one caller reject that one with its reason and leave the others alone", async () => {
    const { acme, manager } = setUp({ disk: "entry" });
    const { compute, began, end } = held<number>();
    const controllers = Array.from({ length: 3 }, () => new AbortController());
    const calls = controllers.map(({ signal }) => acme.getOrCompute(key, compute, { signal }));
    const outcomes = Promise.allSettled(calls);
    const signal = await began;
    controllers[0]?.abort("first");
    controllers[2]?.abort("third");
    await settle();
    expect(signal.aborted).toBe(false);
    end.resolve(7);
    expect(await outcomes).toEqual([
      { status: "rejected", reason: "first" },
      { status: "fulfilled", value: 7 },
      { status: "rejected", reason: "third" },
    ]);
    expect(await acme.get(key)).toBe(7);
    await manager.close();
  });

  test("of all callers abort the compute; who comes then has a compute of its own", async () => {
    const { acme, manager } = setUp({ disk: "entry" });
    const { compute, began, end } = held<number>();
    const controller = new AbortController();
    const gone = Promise.allSettled(
      [1, 2].map(() => acme.getOrCompute(key, compute, { signal: controller.signal })),
    );
    const signal = await began;
    controller.abort(new Error("gone"));
    await gone;
    expect(signal.aborted).toBe(true);
    expect(await acme.getOrCompute(key, () => 2)).toBe(2);
    end.reject(signal.reason);
    await settle();
    expect(await acme.get(key)).toBe(2);
    await manager.close();
  });

  test("of a caller before the look-up is over abort the look-up", async () => {
    const { acme, manager, faults } = setUp({ disk: "entry" });
    const gate = faults("disk").pause("getEntry");
    const controller = new AbortController();
    const call = acme.getOrCompute(key, () => 1, { signal: controller.signal });
    const { signal } = await gate.reached;
    controller.abort("gone");
    await expect(call).rejects.toBe("gone");
    expect(signal?.aborted).toBe(true);
    await manager.close();
  });
});

describe("a compute that fails", () => {
  test.each([
    ["rejecting", () => Promise.reject(new Error("no"))],
    [
      "throwing at once",
      () => {
        throw new Error("no");
      },
    ],
  ])(
    "by %s gives every caller its own error, and is not cached",
    async (_name, compute: () => Promise<number>) => {
      const { acme, manager } = setUp({ memory: "memory", disk: "entry" });
      const outcomes = await Promise.allSettled(
        [1, 2, 3].map(() => acme.getOrCompute(key, compute)),
      );
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ status: "rejected", reason: { message: "no" } });
      expect(await acme.getOrCompute(key, () => 1)).toBe(1);
      expect(await acme.stats()).toMatchObject({
        computeErrors: 1,
        computes: 1,
        misses: 4,
        hits: 0,
      });
      await manager.close();
    },
  );

  test("an error that is no Error comes through as it is", async () => {
    const { acme, manager } = setUp({ memory: "memory" });
    // What a library may well do.
    const compute = (): Promise<number> => Promise.reject("just text");
    await expect(acme.getOrCompute(key, compute)).rejects.toBe("just text");
    await manager.close();
  });

  test("asking for its own key is refused instead of waiting for ever, through any number of keys", async () => {
    const { acme, manager } = setUp({ memory: "memory" });
    const self = acme.getOrCompute(key, () => acme.getOrCompute(key, () => 1));
    await expect(self).rejects.toMatchObject({ code: "reentrant" });
    const ring = (n: number): Promise<number> =>
      acme.getOrCompute(`ring/${n % 3}`, () => ring(n + 1));
    await expect(ring(0)).rejects.toMatchObject({ code: "reentrant" });
    await manager.close();
  });
});

test("a context is of its own compute and can be taken apart", async () => {
  const { acme, manager } = setUp({ memory: "memory" });
  await acme.getOrCompute(
    "a b/%2F",
    ({ key: own, tenantId, signal, setTags, setTtl, dependsOn }) => {
      setTags("x");
      setTtl(5);
      dependsOn("other/key");
      expect([own, tenantId, signal.aborted]).toEqual(["a b/%2F", "acme", false]);
      return 1;
    },
  );
  const [copy] = await manager.inspect("a b/%2F", "acme");
  expect(copy).toMatchObject({
    copy: { tags: ["x"], remainingMs: 5000, sources: [{ kind: "key", value: "other/key" }] },
  });
  await manager.close();
});
