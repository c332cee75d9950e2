import { describe, expect, test } from "@jest/globals";
import { FakeClock } from "@cogniverse/testkit";
import { leaseSpanMs } from "../../src/invalidation/lease-span.ts";
import { Deployment } from "./support/deployment.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { note, only, oneNode } from "./support/one-node.ts";

const key = note({ id: 1 });
const QUARTER_MS = 15 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
const cut = { times: Infinity } as const;

describe("race 18: wall clocks 15 minutes apart", () => {
  test.each([QUARTER_MS, -QUARTER_MS])(
    "an invalidation by a node that is %d ms off kills, and what is stored after it lives",
    async (offMs) => {
      await using world = new Deployment();
      const off = new FakeClock({ now: world.clock.now() + offMs });
      const a = world.node().cache.forTenant("acme");
      const b = world.node({ clock: off }).cache.forTenant("acme");
      for (const [mine, theirs] of [
        [a, b],
        [b, a],
      ] as const) {
        await mine.getOrCompute(key, () => ({ n: 1 }));
        await world.acknowledged(theirs.invalidate(key));
        expect(await mine.get(key)).toBeUndefined();
        expect(await theirs.get(key)).toBeUndefined();
        await theirs.getOrCompute(key, () => ({ n: 2 }));
        expect(await mine.get(key)).toEqual({ n: 2 });
        await world.acknowledged(mine.put(key, { n: 3 }));
        expect(await theirs.get(key)).toEqual({ n: 3 });
        await world.acknowledged(mine.delete(key));
        expect(await theirs.get(key)).toBeUndefined();
      }
    },
  );
});

describe("race 18: the lease of a node that cannot read the log", () => {
  test("is not made longer by a wall clock that is set back", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    node.logFaults.fail("*", cut);
    world.clock.jumpWall(-HOUR_MS);
    await world.pass(LEASE_MS);
    expect(await a.get(key)).toBeUndefined();
  });

  test("runs out while the machine sleeps, though its monotonic clock stands still", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    node.logFaults.fail("*", cut);
    world.clock.suspend({ wallMs: HOUR_MS, monotonicMs: 0 });
    expect(await a.get(key)).toBeUndefined();
    expect(await a.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
  });

  test("goes by the monotonic clock alone where all who append share it", async () => {
    await using world = new Deployment({ sharesClock: true });
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    node.logFaults.fail("*", cut);
    world.clock.jumpWall(HOUR_MS);
    expect(await a.get(key)).toEqual({ n: 1 });
    world.clock.suspend({ wallMs: 0, monotonicMs: LEASE_MS });
    expect(await a.get(key)).toBeUndefined();
  });

  test("runs out while the process is stopped, and no timer has to fire for that", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    node.logFaults.fail("*", cut);
    world.clock.suspend({ wallMs: LEASE_MS, monotonicMs: LEASE_MS });
    expect(await a.get(key)).toBeUndefined();
  });

  test("ends before D by 2 % and 50 ms, and never where the log is this process's own", () => {
    expect(leaseSpanMs(5000)).toBe(0.98 * 5000 - 50);
    expect(leaseSpanMs(10)).toBe(0);
    expect(leaseSpanMs(0)).toBe(Infinity);
  });
});

describe("race 18: acknowledgements", () => {
  test("a wall clock that jumps forward shortens none", async () => {
    await using world = new Deployment();
    const a = world.node().cache.forTenant("acme");
    await a.position();
    let done = false;
    const waiting = a.invalidate(key).then(() => (done = true));
    await world.pass(LEASE_MS - 10);
    world.clock.jumpWall(HOUR_MS);
    await world.pass(5);
    expect(done).toBe(false);
    await world.pass(5);
    await waiting;
  });
});

describe("race 18: lifetimes under a wall clock that jumps", () => {
  test.each(["memory", "warm"] as const)(
    "forward: what expired by it goes from %s",
    async (tier) => {
      await using node = oneNode();
      await node.cache.getOrCompute(key, "acme", () => ({ n: 1 }), { ttl: 60 });
      expect(await node.cache.get(key, "acme")).toEqual({ n: 1 });
      node.clock.jumpWall(HOUR_MS);
      await node.clock.advanceAndSettle(1000);
      expect(await node.cache.get(key, "acme", only(tier))).toBeUndefined();
      expect(await node.cache.get(key, "acme")).toBeUndefined();
    },
  );

  test("forward: what expired by it is no hit in memory any more", async () => {
    await using world = new Deployment();
    const a = world.node().cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }), { ttl: 60 });
    expect(await a.get(key)).toEqual({ n: 1 });
    world.clock.jumpWall(HOUR_MS);
    await world.pass(LEASE_MS);
    expect(await a.get(key)).toBeUndefined();
  });

  test("back: nothing that was invalidated comes back, and the heartbeat goes on", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await a.getOrCompute(key, () => ({ n: 1 }), { ttl: 3600 });
    await world.acknowledged(b.invalidate(key));
    world.clock.jumpWall(-HOUR_MS);
    expect(await a.get(key)).toBeUndefined();
    await world.acknowledged(b.put(key, { n: 2 }));
    expect(await a.get(key)).toEqual({ n: 2 });
  });
});
