import { describe, expect, test } from "@jest/globals";
import { cut, Deployment } from "./support/deployment.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { note, only, oneNode } from "./support/one-node.ts";

const key = note({ id: 1 });

describe("rule 7: stores", () => {
  test("without a log nothing is stored, everything is computed, and each caller gets its value", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    node.logFaults.fail("*", cut);
    expect(await a.getOrCompute(key, () => ({ n: 1 }))).toEqual({ n: 1 });
    expect(await a.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
    expect(world.warm.faults.calls).toEqual([]);
    await expect(a.put(key, { n: 3 })).rejects.toMatchObject({ code: "tier_unavailable" });
    await expect(a.delete(key)).rejects.toMatchObject({ code: "tier_unavailable" });
    node.logFaults.clear();
    await world.pass(LEASE_MS);
    expect(await a.getWithInfo(key)).toMatchObject({
      causes: { memory: "absent", warm: "absent" },
    });
    expect(await a.getOrCompute(key, () => ({ n: 4 }))).toEqual({ n: 4 });
    expect(await a.get(key)).toEqual({ n: 4 });
  });

  test("a lease that runs out while the log is away stops the store of what was begun under it", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.position();
    const compute = (): { n: number } => {
      node.logFaults.fail("*", cut);
      world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
      return { n: 1 };
    };
    expect(await a.getOrCompute(key, compute)).toEqual({ n: 1 });
    expect(world.warm.faults.count("putEntry")).toBe(0);
  });

  test("a compute that holds the event loop for longer than the lease lasts is stored all the same", async () => {
    await using world = new Deployment();
    const a = world.node().cache.forTenant("acme");
    await a.getOrCompute(key, () => {
      world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
      return { n: 1 };
    });
    expect(await a.get(key, only("memory"))).toEqual({ n: 1 });
    expect(await a.get(key, only("warm"))).toEqual({ n: 1 });
  });

  test("so is a put after a pause", async () => {
    await using world = new Deployment();
    const a = world.node().cache.forTenant("acme");
    await a.position();
    await a.get(key);
    world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
    await world.acknowledged(a.put(key, { n: 1 }));
    expect(await a.get(key, only("warm"))).toEqual({ n: 1 });
  });

  test("a promotion is not sent without a lease", async () => {
    await using node = oneNode();
    expect(await node.cache.get(key, "acme")).toBeUndefined();
    await using world = new Deployment();
    const one = world.node();
    const a = one.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }), only("warm"));
    const answered = world.warm.faults.pause("getEntry", { at: "after" });
    const reading = a.getWithInfo(key);
    await answered.reached;
    one.logFaults.fail("*", cut);
    world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
    answered.release();
    expect(await reading).toMatchObject({ hit: false, causes: { warm: "log-down" } });
    one.logFaults.clear();
    await world.pass(LEASE_MS);
    expect(await a.getWithInfo(key, only("memory"))).toMatchObject({
      causes: { memory: "absent" },
    });
  });
});
