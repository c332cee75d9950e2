import { describe, expect, test } from "@jest/globals";
import { settle } from "@cogniverse/testkit";
import { Deployment, type Node } from "../races/support/deployment.ts";
import { LEASE_MS } from "../races/support/shared-log.ts";

const SOURCES = Array.from({ length: 60 }, (_none, i) => `transcripts/${i}`);

function parentOf(source: string): string {
  return `summaries/of-${source.replace("/", "-")}`;
}

function fill({ cache }: Node, source: string, content: string): Promise<string> {
  return cache.getOrCompute(source, "acme", () => content);
}

/** From what the node has of the source; nobody computes that here. */
function derive({ cache }: Node, source: string): Promise<unknown> {
  return cache.getOrCompute(parentOf(source), "acme", async () => [
    await cache.getOrCompute(source, "acme", () => "never asked"),
  ]);
}

async function parentsServed({ cache }: Node): Promise<readonly string[]> {
  const parents = SOURCES.map(parentOf);
  const found = await Promise.all(parents.map((parent) => cache.get(parent, "acme")));
  return parents.filter((_parent, i) => found[i] !== undefined);
}

/**
 * `a` has derived from the old content of every source while the fills of `b` with other content were on their way. They have landed, what was derived
 * is stored, and `b` has not heard of it yet.
 */
async function landedUnheard(): Promise<{ world: Deployment; a: Node; b: Node }> {
  const world = new Deployment();
  const [a, b] = [world.node(), world.node({ backgroundLimit: 1 })];
  for (const source of SOURCES) await fill(a, source, "old");
  for (const source of SOURCES) await world.warm.delete(source, "acme");
  await b.cache.get("none/1", "acme");
  await world.pass(LEASE_MS);
  const onTheirWay = world.warm.faults.hang("putEntry");
  const filling = SOURCES.map((source) => fill(b, source, "new"));
  await settle();
  const deriving = SOURCES.map((source) => derive(a, source));
  await settle();
  onTheirWay[Symbol.dispose]();
  await Promise.all([...filling, ...deriving]);
  expect(await parentsServed(a)).toHaveLength(SOURCES.length);
  return { world, a, b };
}

describe("a fill that has to say something says it, whatever comes in between", () => {
  test("of more keys at once than the background takes", async () => {
    const { world, a, b } = await landedUnheard();
    await using _ = world;
    await world.pass(LEASE_MS);
    for (const node of [a, b]) expect(await parentsServed(node)).toEqual([]);
  });

  test("also where the log does not take it for a while", async () => {
    const { world, a, b } = await landedUnheard();
    await using _ = world;
    const away = b.logFaults.fail("append", { times: Infinity });
    await world.pass(3 * LEASE_MS);
    expect(await parentsServed(a)).toHaveLength(SOURCES.length);
    away[Symbol.dispose]();
    await world.pass(2 * LEASE_MS);
    for (const node of [a, b]) expect(await parentsServed(node)).toEqual([]);
  });

  test("also where the node is closed before it has heard of what was derived", async () => {
    const { world, a, b } = await landedUnheard();
    await using _ = world;
    await b.cache.close();
    await world.pass(LEASE_MS);
    expect(await parentsServed(a)).toEqual([]);
  });
});

describe("who derives looks again", () => {
  const [SOURCE] = ["transcripts/0"] as const;

  /** `a` and `c` have the old source in memory, `b` has filled another and forgotten it; `a` derived something from the old one long ago. */
  async function lookedLongAgo(
    between: (world: Deployment, a: Node) => Promise<unknown>,
  ): Promise<{ world: Deployment; a: Node; b: Node; c: Node }> {
    const world = new Deployment();
    const [a, b, c] = [world.node(), world.node(), world.node()];
    for (const { cache } of [b, c]) await cache.get("none/1", "acme");
    await fill(a, SOURCE, "old");
    await derive(a, SOURCE);
    await between(world, a);
    await world.pass(LEASE_MS);
    await fill(a, SOURCE, "old");
    await fill(c, SOURCE, "old");
    await world.warm.delete(SOURCE, "acme");
    await world.pass(LEASE_MS);
    await fill(b, SOURCE, "new");
    await world.pass(LEASE_MS);
    await derive(c, SOURCE);
    await world.pass(LEASE_MS);
    return { world, a, b, c };
  }

  test.each<[string, (world: Deployment, a: Node) => Promise<unknown>]>([
    [
      "once something was said of the source",
      (world, { cache }) =>
        world.acknowledged(cache.invalidate({ kind: "key", value: SOURCE }, "acme")),
    ],
    [
      "once something was said of all",
      (world, { cache }) => world.acknowledged(cache.invalidate({ kind: "tenant" }, "acme")),
    ],
    ["under another log", async (world) => world.shared.replace()],
  ])("%s, though another node registered the same content since", async (_name, between) => {
    const { world, a, b } = await lookedLongAgo(between);
    await using _ = world;
    expect(await derive(a, SOURCE)).toEqual(["old"]);
    expect(await b.cache.get(parentOf(SOURCE), "acme")).toBeUndefined();
  });
});

test("a node that only reads lets go of content that is nowhere else once something was derived from other", async () => {
  await using world = new Deployment();
  const [a, b, c] = [world.node(), world.node(), world.node()];
  const [SOURCE] = ["transcripts/0"] as const;
  await c.cache.get("none/1", "acme");
  await fill(a, SOURCE, "old");
  await world.warm.delete(SOURCE, "acme");
  await fill(c, SOURCE, "new");
  expect(await b.cache.get(SOURCE, "acme")).toBe("new");
  await world.warm.delete(SOURCE, "acme");
  await world.pass(LEASE_MS);
  expect(await derive(a, SOURCE)).toEqual(["old"]);
  await world.pass(LEASE_MS);
  expect(await b.cache.get(parentOf(SOURCE), "acme")).toEqual(["old"]);
  expect(await b.cache.get(SOURCE, "acme")).toBeUndefined();
});
