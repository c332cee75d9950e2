import { expect, test } from "@jest/globals";
import type { NewRecord } from "@cogniverse/sdk";
import { Deployment } from "./support/deployment.ts";
import { note, oneNode, only } from "./support/one-node.ts";

const key = note({ id: 1 });

test("race 9: a copy that its tier will not give up is dead all the same, as often as it is found", async () => {
  await using node = oneNode();
  const acme = node.cache.forTenant("acme");
  await acme.getOrCompute(key, () => ({ n: 1 }));
  node.warm.faults.fail("deleteEntry", { times: Infinity });
  await acme.delete(key);
  await node.cache.flush();
  expect(node.warm.faults.count("deleteEntry", key.path)).toBeGreaterThan(0);
  for (let i = 0; i < 3; i++)
    expect(await acme.getWithInfo(key, only("warm"))).toMatchObject({
      hit: false,
      causes: { warm: "invalidated" },
    });
});

test("race 9: so it is for a node that comes later, however many records came after", async () => {
  await using world = new Deployment();
  const a = world.node().cache.forTenant("acme");
  await a.getOrCompute(key, () => ({ n: 1 }));
  world.warm.faults.fail("deleteEntry", { times: Infinity });
  await world.acknowledged(a.delete(key));
  for (let i = 0; i < 100; i++) await world.shared.log.append([unrelated(i)]);
  const late = world.node().cache.forTenant("acme");
  expect(await late.getWithInfo(key)).toMatchObject({ causes: { warm: "invalidated" } });
});

test("race 21: a node that was down during an invalidation finds its own copies dead when it comes back", async () => {
  await using world = new Deployment();
  const other = note({ id: 2 });
  const before = world.node();
  const { memory: own } = before;
  for (const k of [key, other]) await before.cache.getOrCompute(k, "acme", () => ({ n: 1 }));
  // What outlives a node: its own tier. The node itself is gone, without a word to anybody.
  before.logFaults.fail("*", { times: Infinity });
  await world.acknowledged(world.node().cache.invalidate(key, "acme"));
  const again = world.node({ tiers: [{ name: "own", backend: own }] });
  expect(await again.cache.getWithInfo(key, "acme")).toMatchObject({
    causes: { own: "invalidated" },
  });
  expect(await again.cache.get(other, "acme")).toEqual({ n: 1 });
});

function unrelated(i: number): NewRecord {
  const scope = { kind: "key", value: `notes/other-${i}.json` } as const;
  return { tenantId: "acme", scope, mode: "hard", at: 0, node: "other" };
}
