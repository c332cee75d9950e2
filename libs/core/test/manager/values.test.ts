import { describe, expect, test } from "@jest/globals";
import { bytesCodec, defineKeyType, jsonCodec, keys, type Json } from "@cogniverse/core";
import { setUp, stack } from "../support/set-up.ts";

const json = defineKeyType("notes/{id}.json", jsonCodec<Json>());
const blob = defineKeyType("blobs/{id}", bytesCodec);
const EMPTY = [[], {}, 0, "", false, null] as const;

describe.each([1, 2, 3, 7])("over %i tiers", (tiers) => {
  test.each(EMPTY.map((value) => [JSON.stringify(value), value]))(
    "%s is a hit, in every tier alone",
    async (_name, value) => {
      const { acme, manager } = setUp(stack(tiers));
      const key = json({ id: "x" });
      await acme.getOrCompute(key, () => value ?? null);
      for (let tier = 0; tier < tiers; tier++) {
        const only = Object.fromEntries(
          Array.from({ length: tiers }, (_, i) => [`t${i}`, i === tier]),
        );
        const info = await acme.getWithInfo(key, { tiers: only });
        expect(info).toMatchObject({ hit: true, tier: `t${tier}`, value });
      }
      const again = await acme.getOrCompute(key, () => "computed again");
      expect(again).toEqual(value);
      expect(await acme.stats()).toMatchObject({ computes: 1, misses: 1 });
      await manager.close();
    },
  );

  test("no bytes are a hit", async () => {
    const { acme, manager } = setUp(stack(tiers));
    for (const key of [blob({ id: 1 }), "plain/bytes", keys.frame({ video: "v", timestamp: 0 })]) {
      await acme.put(key as typeof key & string, new Uint8Array(0));
      expect(await acme.get(key as typeof key & string)).toEqual(new Uint8Array(0));
      expect(await acme.exists(key)).toBe(true);
    }
    await manager.close();
  });

  test("undefined is refused, computed or put", async () => {
    const { acme, manager } = setUp(stack(tiers));
    const nothing: unknown = undefined;
    // A caller without types.
    const compute = (): null => nothing as null;
    await expect(acme.getOrCompute(json({ id: 1 }), compute)).rejects.toMatchObject({
      code: "invalid_value",
    });
    await expect(acme.put("notes/1.json", nothing as null)).rejects.toMatchObject({
      code: "invalid_value",
    });
    expect(await acme.get(json({ id: 1 }))).toBeUndefined();
    await manager.close();
  });

  test("invalidation by key, prefix, tag, pattern and tenant kills the copies of all tiers", async () => {
    const { acme, manager } = setUp(stack(tiers));
    const kill = [
      () => acme.delete("notes/1.json"),
      () => acme.invalidate(json({ id: 1 })),
      () => acme.invalidate({ kind: "prefix", value: "notes/" }),
      () => acme.invalidate({ kind: "tag", value: "red" }),
      () => acme.invalidateByPattern("notes/?.json"),
      () => acme.invalidate({ kind: "tenant" }),
    ];
    for (const [n, invalidate] of kill.entries()) {
      const make = ({ setTags }: { setTags: (tag: string) => void }): number => {
        setTags("red");
        return n;
      };
      expect(await acme.getOrCompute(json({ id: 1 }), make)).toBe(n);
      await invalidate();
      expect(await acme.get(json({ id: 1 }))).toBeUndefined();
    }
    await manager.close();
  });
});

test("values are frozen deeply, for the caller who computed and for all later ones", async () => {
  const { acme, manager } = setUp({ memory: "memory", disk: "entry" });
  const key = json({ id: 1 });
  const first = await acme.getOrCompute(key, () => ({ list: [{ n: 1 }] }));
  const second = await acme.get(key);
  const third = await acme.get(key, { tiers: { memory: false } });
  for (const value of [first, second, third]) {
    expect(() => Object.assign(value as object, { more: 1 })).toThrow(TypeError);
    expect(() => (value as { list: unknown[] }).list.push(2)).toThrow(TypeError);
    expect(value).toEqual({ list: [{ n: 1 }] });
  }
  expect(second).toBe(first);
  await manager.close();
});

test.each([{ shouldCache: () => false }, { bypass: true }])(
  "what is not stored is frozen too: %o",
  async (options) => {
    const { acme, manager } = setUp({ memory: "memory" });
    for (const key of ["notes/1.json", "of no type/1"]) {
      const value = await acme.getOrCompute(key, () => ({ n: 1 }), options);
      expect(Object.isFrozen(value)).toBe(true);
    }
    await manager.close();
  },
);

test("a value that JSON would change is refused and named, and nothing is stored", async () => {
  const { acme, manager } = setUp({ memory: "memory" });
  // A caller who told the compiler otherwise.
  const compute = () => ({ hits: [{ at: new Date(0) as unknown as Json }] });
  const refused = acme.getOrCompute(json({ id: 1 }), compute);
  await expect(refused).rejects.toThrow("The value at hits[0].at is a Date");
  expect(await acme.exists(json({ id: 1 }))).toBe(false);
  await manager.close();
});
