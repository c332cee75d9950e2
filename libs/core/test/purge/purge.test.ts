import { describe, expect, test } from "@jest/globals";
import type { CacheBackend, StoredEntry } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { Deployment, type Node } from "../races/support/deployment.ts";
import { LEASE_MS } from "../races/support/shared-log.ts";
import { setUp } from "../support/set-up.ts";

const KEYS = ["notes/1", "notes/2", "sums/1"] as const;

async function store({ cache }: Node, tenantId = "acme"): Promise<void> {
  await cache.put("notes/1", 1, tenantId, { tags: ["red"] });
  await cache.getOrCompute("notes/2", tenantId, () => 2);
  const sum = async (): Promise<number> => Number(await cache.get("notes/1", tenantId)) + 2;
  await cache.getOrCompute("sums/1", tenantId, sum);
}

async function two(): Promise<{ world: Deployment; a: Node; b: Node }> {
  const world = new Deployment();
  const [a, b] = [world.node(), world.node()];
  await world.acknowledged(store(a));
  await world.acknowledged(store(a, "acme:prod"));
  for (const key of KEYS) await b.cache.get(key, "acme");
  return { world, a, b };
}

const listed = (backend: CacheBackend, tenantId = "acme"): Promise<readonly string[]> =>
  backend.listKeys("", tenantId);

describe("a purged tenant", () => {
  test("is dead on every node and gone from every tier; another whose name begins like its own is untouched", async () => {
    const { world, a, b } = await two();
    await using _ = world;
    await a.cache.sweep("acme", { rate: Infinity });
    expect(await listed(world.warm, "__sweep")).toEqual(["acme"]);
    const progress: string[] = [];
    const report = await world.acknowledged(
      a.cache.purge("acme", {
        reason: "contract ended",
        onProgress: ({ tier, removed }) => progress.push(`${tier} ${removed}`),
      }),
    );
    expect(report).toMatchObject({
      tenantId: "acme",
      nodes: 1,
      removed: 6,
      tiers: [
        { tier: "memory", state: "complete", removed: 3 },
        { tier: "warm", state: "complete", removed: 3 },
      ],
    });
    expect(progress).toContain("warm 3");
    await world.pass(LEASE_MS);
    for (const { cache, memory } of [a, b]) {
      for (const key of KEYS) expect(await cache.get(key, "acme")).toBeUndefined();
      expect(await listed(memory)).toEqual([]);
      expect(await memory.getStats("acme")).toMatchObject({ entries: 0, bytes: 0 });
    }
    expect(await listed(world.warm)).toEqual([]);
    expect(await listed(world.warm, "__sweep")).toEqual([]);
    expect(await listed(world.warm, "acme:prod")).toEqual(KEYS);
    expect(await a.cache.get("sums/1", "acme:prod")).toBe(3);
  });

  test("leaves one scope in each node's mirror, and counters that begin at 0 on every node", async () => {
    const { world, a, b } = await two();
    await using _ = world;
    await world.acknowledged(a.cache.purge("acme:prod"));
    const before = await a.cache.stats("acme");
    expect(before.log.scopes).toBeGreaterThan(0);
    await world.acknowledged(a.cache.purge("acme"));
    await world.pass(LEASE_MS);
    for (const { cache } of [a, b]) {
      const stats = await cache.stats("acme");
      expect(stats).toMatchObject({ hits: 0, misses: 0, puts: 0, computes: 0, byFamily: {} });
      expect(stats.tiers.map(({ entries }) => entries)).toEqual([0, 0]);
      expect(stats.log.scopes).toBe(0);
    }
  });

  test("begins clean when it is made anew: neither old copies nor old records nor old sources speak", async () => {
    const { world, a, b } = await two();
    await using _ = world;
    const old = await world.warm.entries?.getEntry("notes/2", "acme");
    await world.acknowledged(b.cache.invalidate({ kind: "tag", value: "red" }, "acme"));
    await world.acknowledged(a.cache.purge("acme"));
    // A copy that nobody knew of comes back, from a backup perhaps.
    await world.warm.entries?.putEntry("notes/2", old as StoredEntry, "acme");
    for (const { cache } of [a, b]) expect(await cache.get("notes/2", "acme")).toBeUndefined();
    const position = await a.cache.position("acme");
    // Something was derived from other content of it, before.
    expect(await a.cache.getOrCompute("notes/1", "acme", () => "new")).toBe("new");
    expect(await a.cache.position("acme")).toEqual(position);
    await world.acknowledged(store(b));
    for (const { cache } of [a, b]) expect(await cache.get("sums/1", "acme")).toBe(3);
    const { tiers } = await world.acknowledged(a.cache.purge("acme"));
    expect(tiers[1]).toMatchObject({ tier: "warm", removed: 3 });
  });

  test("is removed only once no node stores what was there before", async () => {
    const { world, a, b } = await two();
    await using _ = world;
    const purging = a.cache.purge("acme");
    await settle();
    // The other node has not heard of it and holds its lease still.
    await b.cache.getOrCompute("late/1", "acme", () => 1);
    expect(await listed(world.warm)).toContain("late/1");
    await world.pass(LEASE_MS);
    await purging;
    expect(await listed(world.warm)).toEqual([]);
  });

  test("what a compute stores that began before is dead, and the next purge removes it", async () => {
    const { world, a, b } = await two();
    await using _ = world;
    const slow = Promise.withResolvers<number>();
    const computing = b.cache.getOrCompute("slow/1", "acme", () => slow.promise);
    await world.acknowledged(a.cache.purge("acme"));
    slow.resolve(1);
    expect(await computing).toBe(1);
    for (const { cache } of [a, b]) expect(await cache.get("slow/1", "acme")).toBeUndefined();
    await world.acknowledged(a.cache.purge("acme"));
    expect(await listed(world.warm)).toEqual([]);
  });
});

describe("where something fails", () => {
  test("a tier that is down is incomplete in the report, the others are done, and the next purge goes on", async () => {
    const { manager, acme, faults, backends } = setUp({
      memory: "memory",
      disk: "entry",
      six: "six",
    });
    await acme.put("a/1", 1);
    const down = faults("disk").fail("*", { times: Infinity });
    expect(await manager.purge("acme")).toMatchObject({
      removed: 2,
      tiers: [
        { tier: "memory", state: "complete", removed: 1 },
        { tier: "disk", state: "incomplete", removed: 0, why: expect.stringContaining("fails") },
        { tier: "six", state: "complete", removed: 1 },
      ],
    });
    expect(await acme.get("a/1")).toBeUndefined();
    down[Symbol.dispose]();
    expect(await manager.purge("acme")).toMatchObject({ removed: 1 });
    for (const backend of Object.values(backends)) expect(await listed(backend)).toEqual([]);
    await manager.close();
  });

  test("nothing is removed where the log cannot be reached", async () => {
    const { world, a } = await two();
    await using _ = world;
    a.logFaults.fail("append", { times: Infinity });
    await expect(a.cache.purge("acme")).rejects.toMatchObject({ code: "tier_unavailable" });
    expect(await listed(world.warm)).toEqual(KEYS);
  });

  test("aborted, it ends with the signal's reason, and what was acknowledged stays dead", async () => {
    const { world, a, b } = await two();
    await using _ = world;
    const interrupt = new AbortController();
    const gate = world.warm.faults.pause("listKeys");
    const purging = a.cache.purge("acme", { signal: interrupt.signal });
    const ended = purging.catch((error: unknown) => error);
    await world.pass(LEASE_MS);
    await gate.reached;
    interrupt.abort(new Error("enough"));
    expect(await ended).toMatchObject({ message: "enough" });
    gate.release();
    for (const { cache } of [a, b]) expect(await cache.get("notes/1", "acme")).toBeUndefined();
  });

  test("a bad tenant is refused, and so is every call after close", async () => {
    const { manager } = setUp({ six: "six" });
    await expect(manager.purge("a/b")).rejects.toMatchObject({ code: "invalid_tenant" });
    await manager.close();
    await expect(manager.purge("acme")).rejects.toMatchObject({ code: "closed" });
  });
});

describe("a backend that knows no better", () => {
  test("is asked behind the breaker and the time limit, and what it is asked is counted", async () => {
    const { manager, acme, faults, clock } = setUp(
      { six: "six" },
      { tierOptions: { six: { timeLimitMs: 100, breakerFailures: 2 } } },
    );
    await acme.put("a/1", 1);
    const before = (await acme.stats()).tiers[0]?.requests.delete ?? 0;
    const down = faults("six").fail("listKeys", { times: Infinity });
    for (let failures = 0; failures < 2; failures++) await manager.purge("acme");
    expect(await manager.purge("acme")).toMatchObject({
      tiers: [{ state: "incomplete", why: expect.stringContaining("left out after") }],
    });
    down[Symbol.dispose]();
    await clock.advanceAndSettle(1000);
    const stuck = faults("six").hang("listKeys", { deaf: true });
    const purging = manager.purge("acme");
    await settle();
    await clock.advanceAndSettle(100);
    expect(await purging).toMatchObject({ tiers: [{ state: "incomplete" }] });
    stuck[Symbol.dispose]();
    await clock.advanceAndSettle(10_000);
    expect(await manager.purge("acme")).toMatchObject({ removed: 1 });
    expect((await acme.stats()).tiers[0]?.requests.delete).toBeGreaterThan(before);
    await manager.close();
  });
});

test("a backend that knows no better is emptied key by key", async () => {
  const { manager, acme, backends } = setUp({ six: "six" });
  for (let i = 0; i < 40; i++) await acme.put(`a/${i}`, i);
  const progress: number[] = [];
  const onProgress = ({ removed }: { removed: number }): void => void progress.push(removed);
  expect(await manager.purge("acme", { onProgress })).toMatchObject({ removed: 40 });
  expect(progress.slice(0, 3)).toEqual([16, 32, 40]);
  for (const backend of Object.values(backends)) expect(await listed(backend)).toEqual([]);
  await manager.close();
});
