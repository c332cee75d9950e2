import { describe, expect, test } from "@jest/globals";
import type { Scope } from "@cogniverse/sdk";
import { note, oneNode, only, type Note, type OneNode } from "./support/one-node.ts";
import { settle } from "@cogniverse/testkit";
import { Deployment } from "./support/deployment.ts";

const source = note({ id: "source" });
const middle = note({ id: "middle" });
const top = note({ id: "top" });

/** Three levels: top is made from middle, middle from the source, the source from `content`. */
class Chain {
  content = 1;
  readonly computed: string[] = [];
  readonly #node: OneNode;

  constructor(node: OneNode) {
    this.#node = node;
  }

  source(options?: { refresh?: boolean; ttl?: number }): Promise<Note> {
    return this.#make(source, () => ({ n: this.content }), options);
  }

  middle(): Promise<Note> {
    return this.#make(middle, async () => ({ n: (await this.source()).n * 10 }));
  }

  top(): Promise<Note> {
    return this.#make(top, async () => ({ n: (await this.middle()).n * 10 }));
  }

  #make(
    key: typeof source,
    compute: () => Note | Promise<Note>,
    options: { refresh?: boolean; ttl?: number } = {},
  ): Promise<Note> {
    const counted = ({ key: text }: { key: string }): Note | Promise<Note> => {
      this.computed.push(/(\w+)\.json$/.exec(text)?.[1] ?? "");
      return compute();
    };
    return this.#node.cache.getOrCompute(key, "acme", counted, options);
  }
}

const refreshed = async (chain: Chain): Promise<unknown> => chain.source({ refresh: true });
const expired = async (chain: Chain, node: OneNode): Promise<unknown> => {
  node.clock.jumpWall(61_000);
  node.clock.advance(1000);
  return chain.source({ ttl: 60 });
};

describe.each([
  ["by refresh", refreshed],
  ["because it expired", expired],
])("race 30: a source is recomputed %s", (_how, recompute) => {
  test("to identical bytes: nothing derived from it dies", async () => {
    await using node = oneNode();
    const chain = new Chain(node);
    await chain.source({ ttl: 60 });
    expect(await chain.top()).toEqual({ n: 100 });
    await recompute(chain, node);
    chain.computed.length = 0;
    for (const tier of ["memory", "warm", "cold"] as const)
      expect(await node.cache.get(top, "acme", only(tier))).toEqual({ n: 100 });
    expect(await chain.top()).toEqual({ n: 100 });
    expect(chain.computed).toEqual([]);
  });

  test("to different bytes: everything derived from it dies, on every tier", async () => {
    await using node = oneNode();
    const chain = new Chain(node);
    await chain.source({ ttl: 60 });
    expect(await chain.top()).toEqual({ n: 100 });
    chain.content = 2;
    await recompute(chain, node);
    for (const key of [middle, top])
      for (const tier of ["memory", "warm", "cold"] as const)
        expect(await node.cache.get(key, "acme", only(tier))).toBeUndefined();
    chain.computed.length = 0;
    expect(await chain.top()).toEqual({ n: 200 });
    expect(chain.computed).toEqual(["top", "middle"]);
  });
});

test("race 30: a put of identical bytes spares what was derived, a put of others kills it", async () => {
  await using node = oneNode();
  const chain = new Chain(node);
  await chain.top();
  await node.cache.put(source, { n: 1 }, "acme");
  expect(await node.cache.get(top, "acme")).toEqual({ n: 100 });
  await node.cache.put(source, { n: 2 }, "acme");
  expect(await node.cache.get(top, "acme")).toBeUndefined();
});

describe("race 39: what a parent inherits", () => {
  const scopes: readonly (readonly [string, Scope])[] = [
    ["child's key", { kind: "key", value: "notes/middle.json" }],
    ["grandchild's key", { kind: "key", value: "notes/source.json" }],
    ["grandchild's tag", { kind: "tag", value: "red" }],
    ["child's tag", { kind: "tag", value: "blue" }],
    ["key named by dependsOn", { kind: "key", value: "raw/film.mp4" }],
    ["prefix over a key named by dependsOn", { kind: "prefix", value: "raw/" }],
    ["glob over the child", { kind: "glob", value: "notes/m*.json" }],
    ["glob over the grandchild", { kind: "glob", value: "notes/{source,none}.json" }],
    ["tenant", { kind: "tenant" }],
  ];
  test.each(scopes)("a parent dies with its %s", async (_name, scope) => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(top, async () => {
      await acme.getOrCompute(middle, async (child) => {
        child.setTags("blue");
        await acme.getOrCompute(source, (grandchild) => {
          grandchild.setTags("red");
          grandchild.dependsOn("raw/film.mp4");
          return { n: 1 };
        });
        return { n: 1 };
      });
      return { n: 1 };
    });
    await acme.invalidate({ kind: "key", value: "notes/unrelated.json" });
    expect(await acme.get(top)).toEqual({ n: 1 });
    await acme.invalidate(scope);
    for (const tier of ["memory", "warm", "cold"] as const)
      expect(await acme.get(top, only(tier))).toBeUndefined();
  });

  test("children that were hits, and misses that were seen, count too", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(source, () => ({ n: 1 }));
    await acme.getOrCompute(source, () => ({ n: 1 }));
    const read = async (): Promise<Note> => {
      await acme.getOrCompute(source, () => ({ n: 1 }));
      return { n: (await acme.get(middle)) === undefined ? 0 : 1 };
    };
    expect(await acme.getOrCompute(top, read)).toEqual({ n: 0 });
    await acme.put(middle, { n: 1 });
    expect(await acme.getOrCompute(top, read)).toEqual({ n: 1 });
    await acme.delete(source);
    expect(await acme.get(top)).toBeUndefined();
  });

  test("each child keeps its own position: a child invalidated while the parent computes kills the parent", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(source, () => ({ n: 1 }));
    node.scheduler.hold("compute");
    const parent = acme.getOrCompute(top, async () => {
      const { n } = await acme.getOrCompute(source, () => ({ n: 1 }));
      await node.scheduler.checkpoint("compute");
      return { n };
    });
    await node.scheduler.reached("compute");
    await acme.put(source, { n: 2 });
    node.scheduler.release("compute");
    await parent;
    expect(await acme.get(top)).toBeUndefined();
  });

  test("more children than stamps fit: the parent still dies with each of them", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const children = Array.from({ length: 80 }, (_, i) => `parts/${i % 8}/${i}`);
    const sum = async (): Promise<Note> => {
      for (const child of children) await acme.getOrCompute(child, () => ({ n: 1 }));
      return { n: children.length };
    };
    for (const child of ["parts/0/0", "parts/7/79"]) {
      await acme.getOrCompute(top, sum);
      expect(await acme.get(top)).toEqual({ n: 80 });
      await acme.delete(child);
      expect(await acme.get(top)).toBeUndefined();
    }
  });

  test("a child that was read without a lease makes no parent that is stored", async () => {
    await using world = new Deployment();
    const node = world.node();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(source, () => ({ n: 1 }));
    const parent = acme.getOrCompute(top, async () => {
      node.logFaults.fail("*", { times: Infinity });
      world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
      const { n } = await acme.getOrCompute(middle, () => ({ n: 7 }));
      node.logFaults.clear();
      await world.pass(200);
      return { n };
    });
    expect(await parent).toEqual({ n: 7 });
    expect(await acme.get(source)).toEqual({ n: 1 }); // the lease is back
    expect(await acme.get(middle)).toBeUndefined();
    expect(await acme.get(top)).toBeUndefined();
  });

  test("nor does what is made of that parent, on any level: nobody could tell it of the child's end", async () => {
    await using world = new Deployment();
    const node = world.node();
    const acme = node.cache.forTenant("acme");
    await acme.get(source);
    const parent = acme.getOrCompute(top, () =>
      acme.getOrCompute(middle, async () => {
        node.logFaults.fail("*", { times: Infinity });
        world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
        const { n } = await acme.getOrCompute(source, () => ({ n: 7 }));
        node.logFaults.clear();
        await world.pass(200);
        return { n };
      }),
    );
    expect(await parent).toEqual({ n: 7 });
    await world.acknowledged(acme.invalidate(source));
    expect(await acme.get(middle)).toBeUndefined();
    expect(await acme.get(top)).toBeUndefined();
  });

  test("who joined it reads anew once nobody vouches for it", async () => {
    await using world = new Deployment();
    const [node, other] = [world.node(), world.node()];
    const acme = node.cache.forTenant("acme");
    await acme.get(source);
    const held = Promise.withResolvers<void>();
    const began = acme.getOrCompute(middle, async () => {
      node.logFaults.fail("*", { times: Infinity });
      world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
      const { n } = await acme.getOrCompute(source, () => ({ n: 7 }));
      node.logFaults.clear();
      await held.promise;
      return { n };
    });
    await settle();
    await world.pass(200);
    await world.acknowledged(other.cache.forTenant("acme").invalidate(source));
    const joined = acme.getOrCompute(middle, () => ({ n: 8 }));
    await settle();
    held.resolve();
    expect(await began).toEqual({ n: 7 });
    expect(await joined).toEqual({ n: 8 });
  });
});
