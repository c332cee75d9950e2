import { describe, expect, test } from "@jest/globals";
import { settle } from "@cogniverse/testkit";
import { Deployment, type Node } from "./support/deployment.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { note } from "./support/one-node.ts";

const key = note({ id: 1 });
const refresh = { refresh: true } as const;

/** Nodes of which all have the old value in memory. */
async function withOld(world: Deployment): Promise<readonly [Node, Node]> {
  const nodes = [world.node(), world.node()] as const;
  for (const { cache } of nodes) await cache.getOrCompute(key, "acme", () => ({ n: 1 }));
  return nodes;
}

describe("a refresh whose value is not kept replaces the old one all the same", () => {
  test.each([
    ["its caller's predicate refuses it", { ...refresh, shouldCache: () => false }],
    ["no tier takes part", { ...refresh, tiers: { memory: false, warm: false } }],
  ])("where %s", async (_why, options) => {
    await using world = new Deployment();
    const [a, b] = await withOld(world);
    const refreshed = b.cache.getOrCompute(key, "acme", () => ({ n: 2 }), options);
    expect(await world.acknowledged(refreshed)).toEqual({ n: 2 });
    for (const { cache } of [a, b]) expect(await cache.get(key, "acme")).toBeUndefined();
  });

  test("where it read another tenant's entry", async () => {
    await using world = new Deployment();
    const [a, b] = await withOld(world);
    const compute = async (): Promise<{ n: number }> =>
      b.cache.getOrCompute(key, "other", () => ({ n: 2 }));
    const refreshed = b.cache.getOrCompute(key, "acme", compute, refresh);
    expect(await world.acknowledged(refreshed)).toEqual({ n: 2 });
    expect(await a.cache.get(key, "acme")).toBeUndefined();
  });
});

describe("a refresh that the log does not hear of", () => {
  test("rejects like a put, and computes nothing that nobody is told of", async () => {
    await using world = new Deployment();
    const [, b] = await withOld(world);
    await world.pass(LEASE_MS);
    b.logFaults.fail("*", { times: Infinity });
    await world.pass(LEASE_MS);
    let computed = 0;
    const compute = (): { n: number } => ({ n: ++computed });
    const unreachable = { code: "tier_unavailable" };
    await expect(b.cache.getOrCompute(key, "acme", compute, refresh)).rejects.toMatchObject(
      unreachable,
    );
    await expect(b.cache.put(key, { n: 2 }, "acme")).rejects.toMatchObject(unreachable);
    expect(computed).toBe(0);
    // Reads promise nothing to others.
    expect(await b.cache.getOrCompute(key, "acme", compute)).toEqual({ n: 1 });
  });

  test("replaces the old value where only the lease had run out", async () => {
    await using world = new Deployment();
    const [a, b] = await withOld(world);
    b.logFaults.fail("read", { times: 1 });
    world.clock.suspend({ wallMs: LEASE_MS, monotonicMs: LEASE_MS });
    const refreshed = b.cache.getOrCompute(key, "acme", () => ({ n: 2 }), refresh);
    expect(await world.acknowledged(refreshed)).toEqual({ n: 2 });
    expect(await a.cache.get(key, "acme")).not.toEqual({ n: 1 });
  });
});

test("a refresh that was told of a head before the log was replaced stores nothing under the new log", async () => {
  await using world = new Deployment();
  const node = world.node();
  const a = node.cache.forTenant("acme");
  for (let i = 0; i < 5; i++) await world.acknowledged(a.invalidate(key));
  const told = node.logFaults.pause("head", { at: "after" });
  const computes = Promise.withResolvers<void>();
  const goes = Promise.withResolvers<void>();
  const compute = async (): Promise<{ n: number }> => {
    computes.resolve();
    await goes.promise;
    return { n: 1 };
  };
  const refreshed = a.getOrCompute(key, compute, refresh);
  await told.reached;
  world.shared.replace();
  await world.pass(LEASE_MS);
  told.release();
  await computes.promise;
  // The first record of the new log; the old one's head was further.
  await world.acknowledged(a.invalidate(key));
  goes.resolve();
  expect(await world.acknowledged(refreshed)).toEqual({ n: 1 });
  await settle();
  expect(await a.get(key)).toBeUndefined();
});

test("a refresh that gave way to another's, whose content may be older, leaves neither", async () => {
  await using world = new Deployment();
  const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
  const [read, goes, told] = [1, 2, 3].map(() => Promise.withResolvers<void>());
  if (read === undefined || goes === undefined || told === undefined) throw new Error("three");
  const old = async (): Promise<{ n: number }> => {
    read.resolve();
    await goes.promise;
    return { n: 1 };
  };
  const older = a.getOrCompute(key, old, refresh);
  await read.promise;
  // Here the source changes, which the second is to bring everywhere; then the first one's record comes before its own.
  const changed = async (): Promise<{ n: number }> => {
    await told.promise;
    return { n: 2 };
  };
  const newer = b.getOrCompute(key, changed, refresh);
  await settle();
  goes.resolve();
  await world.acknowledged(older);
  told.resolve();
  expect(await world.acknowledged(newer)).toEqual({ n: 2 });
  for (const node of [a, b]) expect(await node.get(key)).toBeUndefined();
});
