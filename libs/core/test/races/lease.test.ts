import { describe, expect, test } from "@jest/globals";
import type { InvalidationLog } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { Deployment } from "./support/deployment.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { note, only, oneNode } from "./support/one-node.ts";

const key = note({ id: 1 });
/** 0.98 D - 50 ms, from before the read of the log was sent. */
const SERVES_MS = 0.98 * LEASE_MS - 50;

/** Stops a node's way to the log for good. */
const cut = { times: Infinity } as const;

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

  test("a lapsed lease is renewed by the next read, which serves only what the log spares", async () => {
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

describe("acknowledgements", () => {
  const waited = async (world: Deployment, act: () => Promise<unknown>): Promise<number> => {
    let done = false;
    void act().then(() => (done = true));
    await settle();
    for (let ms = 0; ms <= 2 * LEASE_MS; ms++) {
      if (done) return ms;
      await world.clock.advanceAndSettle(1);
    }
    return Infinity;
  };

  test.each(["invalidate", "delete", "put", "refresh"] as const)(
    "%s waits exactly D where others may be there",
    async (how) => {
      await using world = new Deployment();
      const a = world.node().cache.forTenant("acme");
      await a.position();
      const acts = {
        invalidate: () => a.invalidate(key),
        delete: () => a.delete(key),
        put: () => a.put(key, { n: 1 }),
        refresh: () => a.getOrCompute(key, () => ({ n: 1 }), { refresh: true }),
      };
      expect(await waited(world, acts[how])).toBe(LEASE_MS);
    },
  );

  test("none waits where the log says that nobody else is there", async () => {
    await using world = new Deployment({ settled: async () => 0 });
    const a = world.node().cache.forTenant("acme");
    expect(await waited(world, () => a.invalidate(key))).toBe(0);
    expect(await waited(world, () => a.put(key, { n: 1 }))).toBe(0);
    expect(await a.invalidate(key)).toMatchObject({ nodes: 0 });
  });

  test("D counts from when the record was durable, not from the call", async () => {
    await using world = new Deployment();
    const node = world.node({ coherenceWaitMs: 10_000 });
    const a = node.cache.forTenant("acme");
    await a.position();
    const appended = node.logFaults.pause("append", { at: "after" });
    const waiting = waited(world, () => a.invalidate(key));
    await appended.reached;
    world.clock.suspend({ wallMs: 150, monotonicMs: 150 });
    appended.release();
    expect(await waiting).toBeGreaterThanOrEqual(LEASE_MS);
  });

  test.each([
    ["fails", async () => Promise.reject(new Error("no"))],
    ["hangs", () => new Promise<never>(() => undefined)],
  ])("a log whose knowledge of others %s: D settles it", async (_how, settled) => {
    await using world = new Deployment({ settled });
    const a = world.node().cache.forTenant("acme");
    await a.position();
    const ms = await waited(world, () => a.invalidate(key));
    expect(ms).toBe(LEASE_MS);
  });

  test("an acknowledged invalidation is served by nobody, whatever the other node could hear", async () => {
    for (const hears of [true, false]) {
      await using world = new Deployment();
      const nodes = [world.node(), world.node()] as const;
      const [a, b] = [nodes[0].cache.forTenant("acme"), nodes[1].cache.forTenant("acme")];
      await a.getOrCompute(key, () => ({ n: 1 }));
      if (!hears) nodes[0].logFaults.fail("*", cut);
      await world.acknowledged(b.invalidate(key));
      expect(await a.get(key)).toBeUndefined();
      expect(await a.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
    }
  });

  test("aborting the wait leaves the record in place", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await b.getOrCompute(key, () => ({ n: 1 }));
    const controller = new AbortController();
    const gone = a.invalidate(key, { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(gone).rejects.toThrow(/abort/);
    await world.pass(LEASE_MS);
    expect(await b.get(key)).toBeUndefined();
  });
});

describe("rule 5: the fast path", () => {
  test("checkedAt is the head of the check: a record between check and insertion is not skipped", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    await acme.getOrCompute(key, () => ({ n: 1 }));
    for (let i = 0; i < 3; i++) {
      expect(await acme.get(key)).toEqual({ n: 1 });
      await acme.invalidate({ kind: "tag", value: `unrelated-${i}` });
    }
    expect(await acme.get(key)).toEqual({ n: 1 });
    await acme.invalidate(key);
    expect(await acme.getWithInfo(key, only("memory"))).toMatchObject({ hit: false });
    expect(await acme.get(key)).toBeUndefined();
  });

  test("every kind of record ends it at once", async () => {
    await using node = oneNode();
    const acme = node.cache.forTenant("acme");
    const scopes = [
      { kind: "key", value: "notes/1.json" },
      { kind: "prefix", value: "notes/" },
      { kind: "glob", value: "notes/*" },
      { kind: "tag", value: "red" },
      { kind: "tenant" },
    ] as const;
    let n = 0;
    for (const scope of scopes) {
      const made = ++n;
      const compute = ({ setTags }: { setTags: (tag: string) => void }): { n: number } => {
        setTags("red");
        return { n: made };
      };
      expect(await acme.getOrCompute(key, compute)).toEqual({ n: made });
      expect(await acme.getOrCompute(key, compute)).toEqual({ n: made });
      await acme.invalidate(scope);
      expect(await acme.get(key)).toBeUndefined();
    }
  });
});
