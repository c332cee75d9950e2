import { describe, expect, test } from "@jest/globals";
import { settle } from "@cogniverse/testkit";
import { Deployment, type Node } from "../races/support/deployment.ts";
import { LEASE_MS } from "../races/support/shared-log.ts";

const SOURCE = "transcripts/v.json";
const LEVELS = ["summaries/v.json", "answers/v.json", "pages/v.json"] as const;

/** pages <- answers <- summaries <- transcript; every level is computed where `nodes` says, from the lowest up. */
async function derive(
  nodes: readonly Node[],
  content: string,
  computed: string[] = [],
): Promise<void> {
  let below: string = SOURCE;
  for (const [level, key] of [SOURCE, ...LEVELS].entries()) {
    const cache = nodes[level % nodes.length]?.cache;
    const from = below;
    await cache?.getOrCompute(key, "acme", async () => {
      computed.push(key);
      if (key === SOURCE) return content;
      return [await cache.getOrCompute(from, "acme", () => content)];
    });
    below = key;
  }
}

/** As if it had been evicted: no record, no trace. */
async function evict(world: Deployment, nodes: readonly Node[], key: string): Promise<void> {
  await world.warm.delete(key, "acme");
  for (const { memory } of nodes) await memory.delete(key, "acme");
}

/** What is served of the levels, by the node from its own memory and from the tier that all share. */
async function alive({ cache }: Node): Promise<readonly string[]> {
  const found: string[] = [];
  for (const key of LEVELS)
    for (const tiers of [{ warm: false }, { memory: false }])
      if ((await cache.get(key, "acme", { tiers })) !== undefined)
        found.push(`${key} ${Object.keys(tiers)[0] === "warm" ? "memory" : "warm"}`);
  return found;
}

function world3(): { world: Deployment; a: Node; b: Node } {
  const world = new Deployment();
  return { world, a: world.node(), b: world.node() };
}

describe("a source that was evicted everywhere and is recomputed on another node", () => {
  test("to other bytes kills every level on every node and tier", async () => {
    const { world, a, b } = world3();
    await using _ = world;
    await derive([a], "old");
    for (const key of LEVELS) await b.cache.get(key, "acme");
    await world.pass(LEASE_MS);
    expect(await alive(b)).toHaveLength(6);
    await evict(world, [a, b], SOURCE);
    await b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.pass(LEASE_MS);
    for (const node of [a, b]) expect(await alive(node)).toEqual([]);
    expect(await a.cache.get(SOURCE, "acme")).toBe("new");
  });

  test("to identical bytes kills nothing", async () => {
    const { world, a, b } = world3();
    await using _ = world;
    await derive([a], "same");
    for (const key of LEVELS) await b.cache.get(key, "acme");
    await world.pass(LEASE_MS);
    const before = await b.cache.position("acme");
    await evict(world, [a, b], SOURCE);
    await b.cache.getOrCompute(SOURCE, "acme", () => "same");
    await world.pass(LEASE_MS);
    for (const node of [a, b]) expect(await alive(node)).toHaveLength(6);
    expect(await b.cache.position("acme")).toEqual(before);
  });

  test("also where each level was made on another node than the one below", async () => {
    const { world, a, b } = world3();
    await using _ = world;
    await derive([a, b], "old");
    await world.pass(LEASE_MS);
    await evict(world, [a, b], SOURCE);
    await a.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.pass(LEASE_MS);
    for (const node of [a, b]) expect(await alive(node)).toEqual([]);
  });

  test("also on a node that was started later and knows it from the log alone", async () => {
    const { world, a, b } = world3();
    await using _ = world;
    await derive([a], "old");
    await evict(world, [a, b], SOURCE);
    const c = world.node();
    await c.cache.getOrCompute(SOURCE, "acme", () => "new");
    expect(await alive(c)).toEqual([]);
  });

  test("also where a level in between had been evicted with it", async () => {
    const { world, a, b } = world3();
    await using _ = world;
    await derive([a], "old");
    await evict(world, [a, b], SOURCE);
    await evict(world, [a, b], LEVELS[0]);
    await world.pass(LEASE_MS);
    await b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.pass(LEASE_MS);
    for (const node of [a, b]) expect(await alive(node)).toEqual([]);
  });

  test("also where the source was deleted before, came back as it was, and all was derived anew", async () => {
    const { world, a, b } = world3();
    await using _ = world;
    await derive([a], "old");
    await world.acknowledged(a.cache.delete(SOURCE, "acme"));
    await derive([a], "old");
    expect(await alive(a)).toHaveLength(6);
    await world.pass(LEASE_MS);
    await evict(world, [a, b], SOURCE);
    await b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.pass(LEASE_MS);
    for (const node of [a, b]) expect(await alive(node)).toEqual([]);
  });

  test("also where so many sources were read that their stamps are collapsed", async () => {
    const { world, a, b } = world3();
    await using _ = world;
    const parts = Array.from({ length: 100 }, (_none, i) => `parts/v/${i}`);
    const sum = async (): Promise<number> => {
      for (const part of parts) await a.cache.getOrCompute(part, "acme", () => 1);
      return parts.length;
    };
    await a.cache.getOrCompute("sums/v", "acme", sum);
    expect(await b.cache.get("sums/v", "acme")).toBe(100);
    await evict(world, [a, b], "parts/v/77");
    await b.cache.getOrCompute("parts/v/77", "acme", () => 2);
    await world.pass(LEASE_MS);
    for (const { cache } of [a, b]) expect(await cache.get("sums/v", "acme")).toBeUndefined();
  });
});

describe("rule 19: of who derives and who fills one always sees the other", () => {
  /** Both nodes know the log; `a` has the old source in memory, nobody else has it. */
  async function oldInMemory(): Promise<{ world: Deployment; a: Node; b: Node }> {
    const { world, a, b } = world3();
    await b.cache.get("none/1", "acme");
    await b.cache.getOrCompute("none/2", "acme", () => 1);
    await a.cache.getOrCompute(SOURCE, "acme", () => "old");
    await world.warm.delete(SOURCE, "acme");
    await world.pass(LEASE_MS);
    return { world, a, b };
  }

  function deriveFromOld({ cache }: Node): Promise<unknown> {
    return cache.getOrCompute(LEVELS[0], "acme", async () => [
      await cache.getOrCompute(SOURCE, "acme", () => "never asked"),
    ]);
  }

  test("the fill is on its way while the other derives: the filler says so once it hears of it", async () => {
    const { world, a, b } = await oldInMemory();
    await using _ = world;
    const gate = world.warm.faults.pause("putEntry", { key: SOURCE });
    const filling = b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await gate.reached;
    expect(await deriveFromOld(a)).toEqual(["old"]);
    expect(await a.cache.get(LEVELS[0], "acme")).toEqual(["old"]);
    gate.release();
    expect(await filling).toBe("new");
    await world.pass(LEASE_MS);
    for (const { cache } of [a, b]) expect(await cache.get(LEVELS[0], "acme")).toBeUndefined();
  });

  test("the fill has landed before the other registers: what was derived from the old is returned and not stored", async () => {
    const { world, a, b } = await oldInMemory();
    await using _ = world;
    await b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.pass(LEASE_MS);
    expect(await deriveFromOld(a)).toEqual(["old"]);
    for (const { cache } of [a, b]) expect(await cache.get(LEVELS[0], "acme")).toBeUndefined();
    // The next one reads what all others see, and is kept.
    expect(await deriveFromOld(a)).toEqual(["new"]);
    expect(await b.cache.get(LEVELS[0], "acme")).toEqual(["new"]);
  });

  test("a second one who derives from the old looks for itself", async () => {
    const { world, a, b } = await oldInMemory();
    await using _ = world;
    const c = world.node();
    // It read the source before that was evicted.
    await a.cache.flush();
    await c.cache.getOrCompute(SOURCE, "acme", () => "old");
    await world.warm.delete(SOURCE, "acme");
    await world.pass(LEASE_MS);
    await b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.pass(LEASE_MS);
    await deriveFromOld(a);
    await world.pass(LEASE_MS);
    expect(await deriveFromOld(c)).toEqual(["old"]);
    expect(await b.cache.get(LEVELS[0], "acme")).toBeUndefined();
  });

  test("the new content is left in another node's memory alone: that node lets go of it", async () => {
    const { world, a, b } = await oldInMemory();
    await using _ = world;
    await b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.warm.delete(SOURCE, "acme");
    await world.pass(LEASE_MS);
    await b.cache.getOrCompute("none/3", "acme", () => 1);
    await deriveFromOld(a);
    await world.pass(LEASE_MS);
    expect(await b.cache.get(LEVELS[0], "acme")).toEqual(["old"]);
    expect(await b.cache.get(SOURCE, "acme")).toBeUndefined();
    await b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.pass(LEASE_MS);
    for (const { cache } of [a, b]) expect(await cache.get(LEVELS[0], "acme")).toBeUndefined();
  });

  test("a key that was looked for and not there counts as other content than any", async () => {
    const { world, a, b } = world3();
    await using _ = world;
    const looks = async (): Promise<unknown> => [(await a.cache.get(SOURCE, "acme")) ?? null];
    expect(await a.cache.getOrCompute(LEVELS[0], "acme", looks)).toEqual([null]);
    expect(await b.cache.get(LEVELS[0], "acme")).toEqual([null]);
    await b.cache.getOrCompute(SOURCE, "acme", () => "there");
    await world.pass(LEASE_MS);
    for (const { cache } of [a, b]) expect(await cache.get(LEVELS[0], "acme")).toBeUndefined();
  });

  test("what cannot be registered is returned and not stored", async () => {
    const { world, a, b } = await oldInMemory();
    await using _ = world;
    a.logFaults.fail("append", { times: 1 });
    expect(await deriveFromOld(a)).toEqual(["old"]);
    expect(await b.cache.get(LEVELS[0], "acme")).toBeUndefined();
    expect(await a.cache.get(LEVELS[0], "acme")).toBeUndefined();
  });
});

test("a dependency that is invalidated on one node kills all levels on every node and tier, named or recorded", async () => {
  const { world, a, b } = world3();
  await using _ = world;
  await derive([a, b], "old");
  await b.cache.getOrCompute("reports/v.json", "acme", ({ dependsOn }) => {
    dependsOn(LEVELS[2], "files/v.mp4");
    return 1;
  });
  await world.acknowledged(a.cache.invalidate({ kind: "key", value: SOURCE }, "acme"));
  for (const node of [a, b]) expect(await alive(node)).toEqual([]);
  expect(await a.cache.get("reports/v.json", "acme")).toBe(1);
  await world.acknowledged(a.cache.invalidate({ kind: "key", value: "files/v.mp4" }, "acme"));
  for (const { cache } of [a, b]) expect(await cache.get("reports/v.json", "acme")).toBeUndefined();
});

test("a thousand readers of one source register it once", async () => {
  const { world, a, b } = world3();
  await using _ = world;
  await derive([a], "old");
  await world.pass(LEASE_MS);
  const before = await a.cache.position("acme");
  for (let i = 0; i < 1000; i++) {
    const { cache } = i % 2 === 0 ? a : b;
    await cache.getOrCompute(`more/${i}`, "acme", async () => [await cache.get(SOURCE, "acme")]);
  }
  await settle();
  expect(await a.cache.position("acme")).toEqual(before);
});
