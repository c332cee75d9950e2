import { describe, expect, test } from "@jest/globals";
import { defineKeyType, jsonCodec } from "@cogniverse/core";
import type { Bytes } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { Deployment } from "./support/deployment.ts";
import { note, only, type Note } from "./support/one-node.ts";
import { LEASE_MS } from "./support/shared-log.ts";

const key = note({ id: 1 });

describe("race 2: delete while another node computes", () => {
  test("kills what that node stores", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    const held = Promise.withResolvers<void>();
    const began = a.getOrCompute(key, async () => {
      await held.promise;
      return { n: 1 };
    });
    await settle();
    await world.acknowledged(b.delete(key));
    held.resolve();
    expect(await began).toEqual({ n: 1 });
    for (const node of [a, b]) expect(await node.get(key)).toBeUndefined();
  });
});

describe("race 33: explicit puts", () => {
  test("an acknowledged put on one node kills the other node's memory copy of the old value", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await a.getOrCompute(key, () => ({ n: 1 }));
    expect(await a.get(key, only("memory"))).toEqual({ n: 1 });
    expect(await world.acknowledged(b.put(key, { n: 2 }))).toMatchObject({ superseded: false });
    expect(await a.get(key, only("memory"))).toBeUndefined();
    expect(await a.get(key)).toEqual({ n: 2 });
  });

  test("also where the write below fails", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await a.getOrCompute(key, () => ({ n: 1 }));
    world.warm.faults.fail("putEntry");
    await world.acknowledged(b.put(key, { n: 2 }));
    expect(await a.get(key)).toBeUndefined();
    expect(await b.get(key)).toEqual({ n: 2 });
  });

  test("a refresh is acknowledged like a put", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await a.getOrCompute(key, () => ({ n: 1 }));
    const refreshed = b.getOrCompute(key, () => ({ n: 2 }), { refresh: true });
    expect(await world.acknowledged(refreshed)).toEqual({ n: 2 });
    expect(await a.get(key)).toEqual({ n: 2 });
  });

  test("a refresh that a tag of its new value superseded replaces the old value all the same", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await a.getOrCompute(key, () => ({ n: 1 }));
    const compute = async ({ setTags }: { setTags: (tag: string) => void }): Promise<Note> => {
      setTags("red");
      await a.invalidate({ kind: "tag", value: "red" }, { wait: "durable" });
      return { n: 2 };
    };
    const refreshed = b.getOrCompute(key, compute, { refresh: true });
    expect(await world.acknowledged(refreshed)).toEqual({ n: 2 });
    for (const node of [a, b]) expect(await node.get(key)).toBeUndefined();
  });

  test("two puts race from one position: one is superseded, the other is there on every tier", async () => {
    await using world = new Deployment();
    const nodes = [world.node(), world.node()] as const;
    const [a, b] = [nodes[0].cache.forTenant("acme"), nodes[1].cache.forTenant("acme")];
    const appending = nodes.map(({ logFaults }) => logFaults.pause("append"));
    const puts = Promise.all([a.put(key, { n: 1 }), b.put(key, { n: 2 })]);
    for (const { reached } of appending) await reached;
    for (const append of appending) append.release();
    const [first, second] = await world.acknowledged(puts);
    expect(first.superseded).not.toBe(second.superseded);
    const winner = { n: first.superseded ? 2 : 1 };
    expect(await a.get(key, only("warm"))).toEqual(winner);
    for (const node of [a, b]) expect(await node.get(key)).toEqual(winner);
  });

  test("where nothing covers the key since the mirror, its place takes one request to the log", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await world.acknowledged(a.put(key, { n: 1 }));
    const head = node.logFaults.pause("head");
    const put = await world.acknowledged(a.put(key, { n: 2 }));
    expect(put).toMatchObject({ superseded: false });
    head.release();
    expect(await a.get(key)).toEqual({ n: 2 });
  });

  test("of two puts the later acknowledged one wins on every tier, also where its write lands first", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    const written = world.warm.faults.pause("putEntry");
    const earlier = a.put(key, { n: 1 });
    await written.reached;
    expect(await world.acknowledged(b.put(key, { n: 2 }))).toMatchObject({ superseded: false });
    written.release();
    await world.acknowledged(earlier);
    expect(await a.get(key, only("memory"))).toBeUndefined();
    expect(await a.get(key, only("warm"))).toEqual({ n: 2 });
    for (const node of [a, b]) expect(await node.get(key)).toEqual({ n: 2 });
  });

  test("a fill that began before a put does not replace it on any tier", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    const written = world.warm.faults.pause("putEntry");
    const filling = a.getOrCompute(key, () => ({ n: 1 }));
    await written.reached;
    await world.acknowledged(b.put(key, { n: 2 }));
    written.release();
    await filling;
    for (const node of [a, b]) expect(await node.get(key)).toEqual({ n: 2 });
  });
});

describe("race 34: a put of what was derived before an invalidation", () => {
  test("with `since` from before it is superseded: nothing is stored", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    const since = await a.position();
    await world.acknowledged(b.invalidateByPattern("notes/*"));
    const put = await world.acknowledged(a.put(key, { n: 1 }, { since }));
    expect(put).toMatchObject({ superseded: true });
    expect(world.warm.faults.count("putEntry")).toBe(0);
    for (const node of [a, b]) expect(await node.get(key)).toBeUndefined();
    expect(await a.stats()).toMatchObject({ superseded: 1 });
  });

  test("without `since`, and the invalidation lands while the put is under way: the same", async () => {
    await using world = new Deployment();
    const nodes = [world.node(), world.node()] as const;
    const [a, b] = [nodes[0].cache.forTenant("acme"), nodes[1].cache.forTenant("acme")];
    const appending = nodes[0].logFaults.pause("append");
    const putting = a.put(key, { n: 1 }, { tags: ["red"] });
    await appending.reached;
    await world.acknowledged(b.invalidate({ kind: "tag", value: "red" }));
    appending.release();
    expect(await world.acknowledged(putting)).toMatchObject({ superseded: true });
    expect(await a.get(key)).toBeUndefined();
  });

  test("without `since`, and the invalidation lands while the value is encoded: the same", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    const encoding = Promise.withResolvers<void>();
    const json = jsonCodec<Note>();
    const encode = async (value: Note): Promise<Bytes> => {
      await encoding.promise;
      return json.encode(value);
    };
    const slow = defineKeyType("slow/{id}.json", { ...json, encode })({ id: 1 });
    await a.get(slow);
    const putting = a.put(slow, { n: 1 });
    await world.acknowledged(b.invalidate({ kind: "tenant" }));
    encoding.resolve();
    expect(await world.acknowledged(putting)).toMatchObject({ superseded: true });
    for (const node of [a, b]) expect(await node.get(slow)).toBeUndefined();
  });

  test("where only a tag of the new value was invalidated, the old value dies all the same", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await a.getOrCompute(key, () => ({ n: 1 }));
    const since = await b.position();
    await world.acknowledged(b.invalidate({ kind: "tag", value: "red" }));
    const put = await world.acknowledged(b.put(key, { n: 2 }, { since, tags: ["red"] }));
    expect(put).toMatchObject({ superseded: true });
    for (const node of [a, b]) expect(await node.get(key)).toBeUndefined();
  });

  test("where the key was invalidated, what was stored after that lives", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    const since = await b.position();
    await world.acknowledged(b.invalidate(key));
    await a.getOrCompute(key, () => ({ n: 2 }));
    const put = await world.acknowledged(b.put(key, { n: 1 }, { since, tags: ["red"] }));
    expect(put).toMatchObject({ superseded: true });
    expect(await a.get(key)).toEqual({ n: 2 });
  });

  test("it begins at the log's head and not at that of a mirror that lags behind", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await a.get(key);
    const durable = b.invalidate({ kind: "tenant" }, { wait: "durable" });
    await durable; // no time passed: a has not heard of it
    expect(await world.acknowledged(a.put(key, { n: 1 }))).toMatchObject({ superseded: false });
    expect(await b.get(key)).toEqual({ n: 1 });
  });

  test("what does not cover it supersedes nothing", async () => {
    await using world = new Deployment();
    const a = world.node().cache.forTenant("acme");
    const since = await a.position();
    await world.acknowledged(a.invalidate({ kind: "tag", value: "blue" }));
    await world.acknowledged(a.invalidateByPattern("other/*"));
    const put = await world.acknowledged(a.put(key, { n: 1 }, { since, tags: ["red"] }));
    expect(put).toMatchObject({ superseded: false });
  });

  test("of content that is in the key appends nothing, and is dead all the same", async () => {
    await using world = new Deployment();
    const a = world.node().cache.forTenant("acme");
    const frame = defineKeyType("frames-by-hash/{hash}.json", jsonCodec<Note>(), {
      immutable: true,
    });
    const since = await a.position();
    await world.acknowledged(a.invalidate({ kind: "tag", value: "red" }));
    const head = await a.position();
    await a.put(frame({ hash: 1 }), { n: 1 }, { since, tags: ["red"] });
    await a.put(frame({ hash: 2 }), { n: 2 }, { tags: ["red"] });
    expect(await a.position()).toEqual(head);
    expect(await a.get(frame({ hash: 1 }))).toBeUndefined();
    expect(await a.get(frame({ hash: 2 }))).toEqual({ n: 2 });
  });

  test("of content that is in the key asks no log under a lease, and is refused at once without one", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    const frame = defineKeyType("frames-by-hash/{hash}.json", jsonCodec<Note>(), {
      immutable: true,
    });
    await a.get(key); // takes the lease
    const asked = node.logFaults.calls.length;
    await a.put(frame({ hash: 1 }), { n: 1 });
    expect(node.logFaults.calls.slice(asked)).toEqual([]);
    node.logFaults.fail("*", { times: Infinity });
    world.clock.suspend({ wallMs: 10_000, monotonicMs: 10_000 });
    await expect(a.put(frame({ hash: 2 }), { n: 2 })).rejects.toMatchObject({
      code: "tier_unavailable",
    });
    node.logFaults.clear();
    await world.pass(LEASE_MS);
    expect(await a.get(frame({ hash: 2 }))).toBeUndefined();
  });

  test("under a log that was replaced meanwhile nobody can tell: superseded", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    for (let i = 0; i < 5; i++) await world.acknowledged(a.delete(key));
    const appending = node.logFaults.pause("append");
    const putting = a.put(key, { n: 1 });
    await appending.reached;
    world.shared.replace();
    await world.shared.log.append([
      { tenantId: "acme", scope: { kind: "tenant" }, mode: "hard", at: 0, node: "other" },
    ]);
    appending.release();
    expect(await world.acknowledged(putting)).toMatchObject({ superseded: true });
    expect(await a.get(key)).toBeUndefined();
  });

  test("under a log that was replaced meanwhile and has gone further nobody can tell either", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    for (let i = 0; i < 3; i++) await world.acknowledged(a.delete(key));
    const appending = node.logFaults.pause("append");
    const putting = a.put(key, { n: 1 });
    await appending.reached;
    world.shared.replace();
    const record = { tenantId: "acme", mode: "hard", at: 0, node: "other" } as const;
    await world.shared.log.append([{ ...record, scope: { kind: "tenant" } }]);
    // Of these the put's condition sees the last ones alone, and none of them covers it.
    const elsewhere = { ...record, scope: { kind: "key", value: "notes/2.json" } } as const;
    for (let i = 0; i < 4; i++) await world.shared.log.append([elsewhere]);
    appending.release();
    expect(await world.acknowledged(putting)).toMatchObject({ superseded: true });
    expect(await a.get(key)).toBeUndefined();
  });
});
