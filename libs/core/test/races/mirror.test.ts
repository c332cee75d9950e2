import { describe, expect, test } from "@jest/globals";
import { toPosition, type LogRecord, type Scope } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import {
  array,
  assert,
  constant,
  constantFrom,
  property,
  shuffledSubarray,
  tuple,
} from "fast-check";
import { TenantMirror } from "../../src/invalidation/tenant-mirror.ts";
import { Deployment } from "./support/deployment.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { note, oneNode } from "./support/one-node.ts";

const key = note({ id: 1 });

function recordAt(
  position: number,
  scope: Scope,
  mode: "hard" | "soft" = "hard",
  digest?: string,
): LogRecord {
  const record = {
    position: toPosition(position),
    tenantId: "acme",
    scope,
    mode,
    at: 0,
    node: "n",
  };
  return digest === undefined ? record : { ...record, digest };
}

const scopes = constantFrom<Scope>(
  { kind: "key", value: "a/1" },
  { kind: "key", value: "a/2" },
  { kind: "prefix", value: "a/" },
  { kind: "glob", value: "a/*" },
  { kind: "tag", value: "red" },
  { kind: "tenant" },
);
const histories = array(
  tuple(scopes, constantFrom<"hard" | "soft">("hard", "soft"), constantFrom(undefined, "x", "y")),
  { maxLength: 12 },
).map((made) => made.map(([scope, mode, digest], i) => recordAt(i + 1, scope, mode, digest)));

/** The verdict on copies of every age, some of them derived. */
function verdicts(mirror: TenantMirror, head: number): unknown {
  return Array.from({ length: head + 1 }, (_, age) => {
    const asOf = toPosition(age);
    const source = { kind: "key", value: "a/2" } as const;
    const below = { kind: "prefix", value: "a/" } as const;
    return [
      mirror.kill("a/1", { asOf, tags: [], inherited: [] }),
      mirror.kill("b/1", { asOf, tags: ["red"], inherited: [] }),
      mirror.kill("b/1", { asOf, tags: [], inherited: [{ scope: source, asOf, digest: "x" }] }),
      mirror.kill("b/1", { asOf, tags: [], inherited: [{ scope: below, asOf }] }),
    ];
  });
}

function mirrorOf(records: readonly LogRecord[]): TenantMirror {
  const mirror = new TenantMirror();
  for (const record of records) mirror.apply(record);
  return mirror;
}

describe("race 17: the mirror", () => {
  test("judges the same whatever the order of the records, and however often they come", () => {
    const shuffled = histories.chain((records) =>
      tuple(
        constant(records),
        shuffledSubarray([...records, ...records], { minLength: 2 * records.length }),
      ),
    );
    assert(
      property(shuffled, ([records, disorder]) => {
        expect(verdicts(mirrorOf(disorder), records.length)).toEqual(
          verdicts(mirrorOf(records), records.length),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("each record sends every copy through the slow check once more", () => {
    const mirror = new TenantMirror();
    const seen = new Set([mirror.version]);
    mirror.apply(recordAt(1, { kind: "tag", value: "red" }));
    seen.add(mirror.version);
    mirror.reset();
    seen.add(mirror.version);
    expect(seen.size).toBe(3);
  });

  test("a kind of scope that it does not know counts as the whole tenant", () => {
    // What a later release may write; the types of this one cannot say it.
    const later = { kind: "colour", value: "red" } as unknown as Scope;
    const mirror = mirrorOf([recordAt(1, later)]);
    expect(mirror.kill("a/1", { asOf: toPosition(0), tags: [], inherited: [] })).toEqual({
      mode: "hard",
      position: 1,
    });
  });

  test("more globs than it keeps: the oldest kill more, never less", () => {
    const globs = Array.from({ length: 300 }, (_, i) => ({
      kind: "glob" as const,
      value: `g${i}/*x`,
    }));
    const mirror = mirrorOf(globs.map((scope, i) => recordAt(i + 1, scope)));
    expect(mirror.globs).toBeLessThanOrEqual(256);
    for (let i = 0; i < 300; i++)
      expect(
        mirror.kill(`g${i}/ax`, { asOf: toPosition(i), tags: [], inherited: [] }),
      ).toMatchObject({ mode: "hard" });
  });
});

describe("race 38: soft after hard", () => {
  test("does not revive what the hard one killed", () => {
    const scope = { kind: "key", value: "a/1" } as const;
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      const mirror = mirrorOf(
        order.map((position) => recordAt(position, scope, position === 1 ? "hard" : "soft")),
      );
      const copy = { tags: [], inherited: [] };
      expect(mirror.kill("a/1", { ...copy, asOf: toPosition(0) })).toMatchObject({ mode: "hard" });
      expect(mirror.kill("a/1", { ...copy, asOf: toPosition(1) })).toMatchObject({ mode: "soft" });
    }
  });
});

describe("race 17: a node", () => {
  test("whose every wake-up is lost hears of records by its heartbeat", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await a.getOrCompute(key, () => ({ n: 1 }));
    await b.invalidate(key, { wait: "durable" });
    await world.pass(LEASE_MS / 2);
    expect(await a.getWithInfo(key)).toMatchObject({
      hit: false,
      causes: { memory: "invalidated" },
    });
  });

  test("an answer of the log from before its own record does not take that back", async () => {
    await using world = new Deployment();
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    const late = node.logFaults.pause("read", { at: "after" });
    world.clock.advance(LEASE_MS / 2);
    await late.reached;
    await a.invalidate(key, { wait: "durable" });
    late.release();
    await settle();
    expect(await a.getWithInfo(key)).toMatchObject({ hit: false });
    await a.getOrCompute(key, () => ({ n: 2 }));
    expect(await a.get(key)).toEqual({ n: 2 });
  });

  test("appends of several callers and nodes at once are all in the own mirror before they resolve", async () => {
    await using world = new Deployment();
    const nodes = [world.node(), world.node()] as const;
    const [a, b] = [nodes[0].cache.forTenant("acme"), nodes[1].cache.forTenant("acme")];
    const keys = Array.from({ length: 8 }, (_, id) => note({ id }));
    for (const k of keys) await a.getOrCompute(k, () => ({ n: 1 }));
    nodes[0].logFaults.reorder("append", 4);
    const own = keys.slice(0, 4).map(async (k) => {
      await a.invalidate(k, { wait: "durable" });
      expect(await a.get(k)).toBeUndefined();
    });
    const theirs = keys.slice(4).map((k) => b.invalidate(k, { wait: "durable" }));
    await Promise.all([...own, ...theirs]);
    await world.pass(LEASE_MS);
    for (const k of keys) expect(await a.get(k)).toBeUndefined();
  });

  test("a log that was replaced between an append and a read that began before it", async () => {
    await using world = new Deployment({ settled: async () => 0 });
    const node = world.node();
    const a = node.cache.forTenant("acme");
    await a.getOrCompute(key, () => ({ n: 1 }));
    const late = node.logFaults.pause("read", { at: "after" });
    world.clock.advance(LEASE_MS / 2);
    await late.reached;
    world.shared.replace();
    const invalidated = a.invalidate(note({ id: 2 }));
    await settle();
    late.release();
    await invalidated;
    expect(await a.get(key)).toBeUndefined();
  });

  test("records of other tenants leave a tenant's copies alone", async () => {
    await using node = oneNode();
    await node.cache.getOrCompute(key, "acme", () => ({ n: 1 }));
    await node.cache.invalidate({ kind: "tenant" }, "acme:prod");
    await node.cache.delete(key, "acm");
    expect(await node.cache.get(key, "acme")).toEqual({ n: 1 });
  });
});
