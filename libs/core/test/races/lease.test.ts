import { describe, expect, test } from "@jest/globals";
import type { InvalidationLog } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { cut, Deployment } from "./support/deployment.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { note, only } from "./support/one-node.ts";

const key = note({ id: 1 });
/** 0.98 D - 50 ms, from before the read of the log was sent. */
const SERVES_MS = 0.98 * LEASE_MS - 50;

describe.each([
  ["a log that other machines write", {}],
  ["a log under this machine's clock", { sharesClock: true }],
])("rule 5 and 8 with %s", (_name, options) => {
  test.each(["memory", "warm"] as const)(
    "nothing in %s is served after the lease ran out",
    async (tier) => {
      await using world = new Deployment(options);
      const node = world.node();
      const a = node.cache.forTenant("acme");
      await a.getOrCompute(key, () => ({ n: 1 }));
      node.logFaults.fail("*", cut);
      const until = SERVES_MS - 1;
      world.clock.suspend({ wallMs: until, monotonicMs: until });
      expect(await a.get(key, only(tier))).toEqual({ n: 1 });
      expect(await a.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 1 });
      world.clock.suspend({ wallMs: 1, monotonicMs: 1 });
      expect(await a.getWithInfo(key, only(tier))).toMatchObject({
        hit: false,
        causes: { [tier]: "log-down" },
      });
      expect(await a.exists(key, only(tier))).toBe(false);
      expect(await a.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
    },
  );

  test("a log that fails is asked again by the heartbeat, not by every caller", async () => {
    await using world = new Deployment(options);
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    const failing = node.logFaults.fail("*", cut);
    const before = node.logFaults.calls.length;
    world.clock.suspend({ wallMs: SERVES_MS, monotonicMs: SERVES_MS });
    for (let n = 2; n < 12; n++) expect(await a.getOrCompute(key, () => ({ n }))).toEqual({ n });
    expect(node.logFaults.calls.length - before).toBe(1);
    failing[Symbol.dispose]();
    await world.pass(LEASE_MS / 3);
    expect(await a.getWithInfo(key)).toMatchObject({ hit: true, value: { n: 1 } });
  });

  test("the lease counts from before the read of the log was sent, not from its answer", async () => {
    await using world = new Deployment(options);
    const node = world.node({ coherenceWaitMs: 10_000 });
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
    const answered = node.logFaults.pause("read", { at: "after" });
    const reading = a.getWithInfo(key);
    await answered.reached;
    // Another node's record lands after the answer was made; its acknowledgement waits D.
    await world.shared.log.append([
      { tenantId: "acme", scope: { kind: "tenant" }, mode: "hard", at: 0, node: "other" },
    ]);
    world.clock.suspend({ wallMs: SERVES_MS, monotonicMs: SERVES_MS });
    node.logFaults.fail("*", cut);
    answered.release();
    expect(await reading).toMatchObject({ hit: false });
  });

  test("race 36: a lapsed lease is renewed by the next read, which serves only what the log spares", async () => {
    await using world = new Deployment(options);
    const node = world.node();
    const a = node.cache.forTenant("acme");
    const spared = note({ id: 2 });
    for (const k of [key, spared]) await a.getOrCompute(k, () => ({ n: 1 }));
    await world.shared.log.append([
      {
        tenantId: "acme",
        scope: { kind: "key", value: key.path },
        mode: "hard",
        at: 0,
        node: "other",
      },
    ]);
    world.clock.suspend({ wallMs: 10_000, monotonicMs: 10_000 });
    expect(await a.get(spared)).toEqual({ n: 1 });
    expect(await a.get(key)).toBeUndefined();
  });

  test("heartbeats keep the lease: a node that is only read never waits for the log", async () => {
    await using world = new Deployment(options);
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    for (let i = 0; i < 20; i++) {
      await world.pass(50);
      const reads = node.logFaults.calls.length;
      expect(await a.get(key)).toEqual({ n: 1 });
      expect(node.logFaults.calls.length).toBe(reads);
    }
  });
});

test("a D that grew while the log was read does not lengthen the lease that this read gives", async () => {
  await using world = new Deployment();
  let leaseMs = LEASE_MS;
  const { log } = world.shared;
  const growing: InvalidationLog = Object.defineProperty({ ...log }, "leaseMs", {
    get: () => leaseMs,
  });
  const slow = Promise.withResolvers<void>();
  let reads = 0;
  growing.read = async (from, call) => {
    const delta = await log.read(from, call);
    if (++reads === 1) await slow.promise;
    return delta;
  };
  const a = world.node({ log: growing }).cache.forTenant("acme");
  await a.getOrCompute(key, () => ({ n: 1 }));
  await world.pass(LEASE_MS / 3 + 10);
  expect(reads).toBe(1);
  // Its answer is made. This record's acknowledgement waits for the D of now; then another node comes with a greater one.
  await log.append([
    { tenantId: "acme", scope: { kind: "tenant" }, mode: "hard", at: 0, node: "other" },
  ]);
  leaseMs = 10 * LEASE_MS;
  slow.resolve();
  await settle();
  growing.read = () => Promise.reject(new Error("cut"));
  world.clock.suspend({ wallMs: LEASE_MS, monotonicMs: LEASE_MS });
  expect(await a.getWithInfo(key)).toMatchObject({ hit: false, causes: { memory: "log-down" } });
});

test("a log slower than a caller's patience and faster than the lease is waited for by nobody, and serves", async () => {
  await using world = new Deployment();
  const node = world.node({ coherenceWaitMs: 20 });
  const a = node.cache.forTenant("acme");
  await a.getOrCompute(key, () => ({ n: 1 }));
  world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
  const slow = node.logFaults.pause("read", { at: "before" });
  const reading = a.getWithInfo(key);
  await slow.reached;
  await world.pass(20);
  expect(await reading).toMatchObject({ hit: false, causes: { memory: "log-down" } });
  expect(await a.getWithInfo(key)).toMatchObject({ hit: false, causes: { memory: "log-down" } });
  await world.pass(60);
  slow.release();
  await settle();
  expect(await a.getWithInfo(key)).toMatchObject({ hit: true, tier: "memory" });
});

describe("a log that hangs", () => {
  test("holds up the first caller for the limit and none after it, until it answers again", async () => {
    await using world = new Deployment();
    const node = world.node({ coherenceWaitMs: 1000 });
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    const hanging = node.logFaults.hang("*", { deaf: true });
    world.clock.suspend({ wallMs: 500, monotonicMs: 500 });
    const first = a.getOrCompute(key, () => ({ n: 2 }));
    await world.pass(1000);
    expect(await first).toEqual({ n: 2 });
    expect(await a.getOrCompute(key, () => ({ n: 3 }))).toEqual({ n: 3 });
    hanging[Symbol.dispose]();
    await world.pass(1000 + LEASE_MS);
    expect(await a.get(key)).toEqual({ n: 1 });
  });
});
