import { describe, expect, test } from "@jest/globals";
import { defineKeyType, jsonCodec } from "@cogniverse/core";
import { settle } from "@cogniverse/testkit";
import { note, oneNode, only, type Note } from "./support/one-node.ts";

const key = note({ id: 1 });
const other = note({ id: 2 });

describe("while a compute runs", () => {
  test("race 1: delete kills what the compute stores", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    let source = 1;
    node.scheduler.hold("compute");
    const began = acme.getOrCompute(key, async () => {
      const read = source;
      await node.scheduler.checkpoint("compute");
      return { n: read };
    });
    await node.scheduler.reached("compute");
    source = 2;
    await acme.delete(key);
    node.scheduler.release("compute");
    expect(await began).toEqual({ n: 1 });
    for (const tier of ["memory", "warm", "cold"] as const)
      expect(await acme.getWithInfo(key, only(tier))).toMatchObject({ hit: false });
    expect(await acme.getOrCompute(key, () => ({ n: source }))).toEqual({ n: 2 });
  });

  test("race 1: delete kills a store that was sent before it and lands after it", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    node.scheduler.hold("warm.putEntry before");
    const began = acme.getOrCompute(key, () => ({ n: 1 }));
    await node.scheduler.reached("warm.putEntry before");
    await acme.delete(key);
    await settle();
    node.scheduler.release("warm.putEntry before");
    await began;
    expect(await acme.getWithInfo(key, only("warm"))).toMatchObject({
      hit: false,
      causes: { warm: "invalidated" },
    });
  });

  test.each(["before", "after"] as const)(
    "race 3: a tag is invalidated %s the compute names it",
    async (when) => {
      await using node = oneNode();
      const acme = node.cache.forTenant("acme");
      const tag = { kind: "tag", value: "red" } as const;
      node.scheduler.hold("compute");
      const began = acme.getOrCompute(key, async ({ setTags }) => {
        if (when === "after") setTags("red");
        await node.scheduler.checkpoint("compute");
        setTags("red");
        return { n: 1 };
      });
      await node.scheduler.reached("compute");
      await acme.invalidate(tag);
      node.scheduler.release("compute");
      await began;
      expect(await acme.getWithInfo(key)).toMatchObject({ hit: false });
      // Stored after it, under the same tag: alive.
      await acme.getOrCompute(key, ({ setTags }) => {
        setTags("red");
        return { n: 2 };
      });
      expect(await acme.get(key)).toEqual({ n: 2 });
    },
  );
});

describe("copies on their way up", () => {
  test("race 4: what a read brings from below after a delete is neither returned nor promoted", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }), only("cold"));
    node.scheduler.hold("cold.getEntry after");
    const reading = acme.getWithInfo(key);
    await node.scheduler.reached("cold.getEntry after");
    await acme.delete(key);
    node.scheduler.release("cold.getEntry after");
    expect(await reading).toMatchObject({ hit: false, causes: { cold: "invalidated" } });
    await node.cache.flush();
    expect(node.warm.faults.count("putEntry")).toBe(0);
    expect(await acme.getWithInfo(key, only("memory"))).toMatchObject({
      causes: { memory: "absent" },
    });
  });

  test("race 4: what a delete overtook while it was decoded is neither returned nor promoted", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const validate = async (value: unknown): Promise<{ value: Note }> => {
      await node.scheduler.checkpoint("decode");
      // Only notes are stored here.
      return { value: value as Note };
    };
    const standard = { version: 1, vendor: "test", validate } as const;
    const slow = defineKeyType("notes/{id}.json", jsonCodec<Note>({ "~standard": standard }));
    await acme.getOrCompute(key, () => ({ n: 1 }), only("cold"));
    node.scheduler.hold("decode");
    const reading = acme.getWithInfo(slow({ id: 1 }));
    await node.scheduler.reached("decode");
    await acme.delete(key);
    node.scheduler.release("decode");
    expect(await reading).toMatchObject({ hit: false, causes: { cold: "invalidated" } });
    await node.cache.flush();
    expect(node.warm.faults.count("putEntry")).toBe(0);
    expect(await acme.getWithInfo(key, only("memory"))).toMatchObject({
      causes: { memory: "absent" },
    });
  });

  test("race 4: a promotion that waits for its turn when the delete comes is not sent", async () => {
    await using node = oneNode({ backgroundLimit: 1 });
    const acme = node.cache.forTenant("acme");
    for (const k of [other, key]) await acme.getOrCompute(k, () => ({ n: 1 }), only("cold"));
    node.scheduler.hold("warm.putEntry before", { key: other.path });
    await acme.get(other);
    await node.scheduler.reached("warm.putEntry before");
    expect(await acme.get(key)).toEqual({ n: 1 });
    await acme.delete(key);
    node.scheduler.release("warm.putEntry before");
    await node.cache.flush();
    expect(node.warm.faults.count("putEntry", key.path)).toBe(0);
  });

  test("race 7: a promotion that lands after a newer put does not replace it", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }), only("cold"));
    node.scheduler.hold("warm.putEntry before");
    expect(await acme.get(key)).toEqual({ n: 1 });
    await node.scheduler.reached("warm.putEntry before");
    await acme.put(key, { n: 2 });
    node.scheduler.release("warm.putEntry before");
    await node.cache.flush();
    for (const tier of ["memory", "warm", "cold"] as const)
      expect(await acme.get(key, only(tier))).toEqual({ n: 2 });
  });
});

describe("copies on their way down", () => {
  const options = { memory: { maxEntries: 1 }, policies: { notes: { demote: true } } };

  test("race 5: a demotion whose look-up is under way when the delete comes is not sent", async () => {
    await using node = oneNode(options);
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }), only("memory"));
    node.scheduler.hold("warm.headEntry after", { key: key.path });
    await acme.getOrCompute(other, () => ({ n: 1 }), only("memory"));
    await node.scheduler.reached("warm.headEntry after");
    await acme.delete(key);
    node.scheduler.release("warm.headEntry after");
    await node.cache.flush();
    expect(node.warm.faults.count("putEntry", key.path)).toBe(0);
  });

  test("race 5: a demotion that lands after the delete is dead below", async () => {
    await using node = oneNode(options);
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }), only("memory"));
    node.scheduler.hold("warm.putEntry before", { key: key.path });
    await acme.getOrCompute(other, () => ({ n: 1 }), only("memory"));
    await node.scheduler.reached("warm.putEntry before");
    await acme.delete(key);
    node.scheduler.release("warm.putEntry before");
    await node.cache.flush();
    expect(await acme.getWithInfo(key)).toMatchObject({ hit: false });
  });

  test("a copy that is below already is not sent once more", async () => {
    await using node = oneNode(options);
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }));
    await acme.getOrCompute(other, () => ({ n: 1 }), only("memory"));
    await node.cache.flush();
    expect(node.warm.faults.count("putEntry", key.path)).toBe(1);
  });

  test("race 6: a demotion that lands after a newer put does not replace it", async () => {
    await using node = oneNode(options);
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }), only("memory"));
    node.scheduler.hold("warm.putEntry before", { key: key.path });
    await acme.getOrCompute(other, () => ({ n: 1 }), only("memory"));
    await node.scheduler.reached("warm.putEntry before");
    await acme.put(key, { n: 2 }, only("warm"));
    node.scheduler.release("warm.putEntry before");
    await node.cache.flush();
    expect(await acme.get(key, only("warm"))).toEqual({ n: 2 });
  });

  test("race 6: a demotion of what a put overtook during its look-up is not sent", async () => {
    await using node = oneNode(options);
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }), only("memory"));
    node.scheduler.hold("warm.headEntry before", { key: key.path });
    await acme.getOrCompute(other, () => ({ n: 1 }), only("memory"));
    await node.scheduler.reached("warm.headEntry before");
    await acme.put(key, { n: 2 }, only("warm"));
    node.scheduler.release("warm.headEntry before");
    await node.cache.flush();
    expect(await acme.get(key)).toEqual({ n: 2 });
    expect(node.warm.faults.count("putEntry", key.path)).toBe(1);
  });
});

describe("what is stored anew under a key", () => {
  test("race 25: an overwrite changes the tags: the old ones no longer kill, the new ones do", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const tagged = (value: string) => ({ kind: "tag", value }) as const;
    await acme.put(key, { n: 1 }, { tags: ["old", "both"] });
    await acme.put(key, { n: 2 }, { tags: ["new", "both"] });
    await acme.invalidate(tagged("old"));
    for (const tier of ["memory", "warm", "cold"] as const)
      expect(await acme.get(key, only(tier))).toEqual({ n: 2 });
    await acme.invalidate(tagged("new"));
    for (const tier of ["memory", "warm", "cold"] as const)
      expect(await acme.get(key, only(tier))).toBeUndefined();
  });

  test.each(["headEntry before", "deleteEntry before"] as const)(
    "race 31: deletion in the background (at %s) spares what was stored meanwhile",
    async (step) => {
      await using node = oneNode();
      const acme = node.cache.forTenant("acme");
      await acme.getOrCompute(key, () => ({ n: 1 }));
      node.scheduler.hold(`warm.${step}`);
      await acme.delete(key);
      await node.scheduler.reached(`warm.${step}`);
      await acme.getOrCompute(key, () => ({ n: 2 }));
      node.scheduler.release(`warm.${step}`);
      await node.cache.flush();
      expect(await acme.get(key, only("warm"))).toEqual({ n: 2 });
    },
  );

  test("race 31: dropping a dead copy that a read came upon spares what was stored meanwhile", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }), only("warm"));
    await acme.invalidateByPattern("notes/*");
    node.scheduler.hold("warm.deleteEntry before");
    const recomputed = acme.getOrCompute(key, () => ({ n: 2 }));
    await node.scheduler.reached("warm.deleteEntry before");
    await recomputed;
    node.scheduler.release("warm.deleteEntry before");
    await node.cache.flush();
    await settle();
    expect(await acme.get(key, only("warm"))).toEqual({ n: 2 });
  });
});
