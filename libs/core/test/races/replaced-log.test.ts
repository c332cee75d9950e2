import { describe, expect, test } from "@jest/globals";
import { Deployment } from "./support/deployment.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { note, only } from "./support/one-node.ts";

const key = note({ id: 1 });

describe("a log that was replaced", () => {
  test("kills every copy, on every tier, within the lease", async () => {
    await using world = new Deployment();
    const a = world.node().cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    world.shared.replace();
    await world.pass(LEASE_MS);
    expect(await a.getWithInfo(key)).toMatchObject({
      hit: false,
      causes: { memory: "invalidated", warm: "invalidated" },
    });
  });

  test("its copies and its records stand in nobody's way, however far their positions went", async () => {
    await using world = new Deployment();
    const a = world.node().cache.forTenant("acme");
    for (let i = 0; i < 5; i++) await world.acknowledged(a.delete(key));
    await a.getOrCompute(key, () => ({ n: 1 }));
    world.shared.replace();
    await world.pass(LEASE_MS);
    await world.acknowledged(a.put(key, { n: 2 }));
    for (const tier of ["memory", "warm"] as const)
      expect(await a.get(key, only(tier))).toEqual({ n: 2 });
  });

  test("while a compute runs kills what that stores", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, async () => {
      world.shared.replace();
      await world.pass(LEASE_MS);
      return { n: 1 };
    });
    expect(await a.get(key)).toBeUndefined();
  });
});
