import { describe, expect, test } from "@jest/globals";
import { memoryBackend } from "@cogniverse/cache-memory";
import { silentLogger } from "@cogniverse/core";
import { entryBackend, type Gate } from "@cogniverse/testkit";
import type { CacheBackend } from "@cogniverse/sdk";
import { Deployment, type Node } from "../races/support/deployment.ts";
import { LEASE_MS } from "../races/support/shared-log.ts";

const [SOURCE, DERIVED] = ["transcripts/0", "summaries/0"] as const;

/** A node with a disk of its own between its memory and the tier that all share. */
function onDisk(world: Deployment, disk: CacheBackend): Node {
  const memory = memoryBackend({ maxEntries: 1 }, { clock: world.clock, logger: silentLogger });
  return world.node({
    tiers: [
      { name: "memory", backend: memory },
      { name: "disk", backend: disk },
      { name: "warm", backend: world.warm },
    ],
  });
}

function ownDisk({ clock }: Deployment): CacheBackend {
  return entryBackend({ clock, traits: { locality: "machine", durable: true } });
}

/** `a` has the old content in memory; the new one is nowhere but where `b` keeps it for itself. Nobody remembers having filled anything. */
async function eachItsOwn(world: Deployment, a: Node, b: Node): Promise<void> {
  await b.cache.get("none/1", "acme");
  await a.cache.getOrCompute(SOURCE, "acme", () => "old");
  await world.warm.delete(SOURCE, "acme");
  await b.cache.getOrCompute(SOURCE, "acme", () => "new");
  await world.warm.delete(SOURCE, "acme");
  await world.pass(LEASE_MS);
}

function deriveFromOld({ cache }: Node): Promise<unknown> {
  return cache.getOrCompute(DERIVED, "acme", async () => [
    await cache.getOrCompute(SOURCE, "acme", () => "never asked"),
  ]);
}

describe("content that only one node has, and something was derived from other", () => {
  test("is not served from that node's disk, and to compute it anew says so", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node(), onDisk(world, ownDisk(world))];
    await eachItsOwn(world, a, b);
    expect(await deriveFromOld(a)).toEqual(["old"]);
    await world.pass(LEASE_MS);
    expect(await b.cache.get(DERIVED, "acme")).toEqual(["old"]);
    expect(await b.cache.exists(SOURCE, "acme")).toBe(false);
    expect(await b.cache.inspect(SOURCE, "acme")).toMatchObject([
      { why: "absent" },
      { tier: "disk", why: "invalidated" },
      { why: "absent" },
    ]);
    expect(await b.cache.lineage(SOURCE, "acme")).toMatchObject({ tier: "disk", state: "dead" });
    expect(await b.cache.get(SOURCE, "acme")).toBeUndefined();
    await b.cache.getOrCompute(SOURCE, "acme", () => "new");
    await world.pass(LEASE_MS);
    for (const { cache } of [a, b]) {
      expect(await cache.get(DERIVED, "acme")).toBeUndefined();
      expect(await cache.get(SOURCE, "acme")).toBe("new");
    }
  });

  test("nor by a node that was started on that disk later", async () => {
    await using world = new Deployment();
    const disk = ownDisk(world);
    const a = world.node();
    await eachItsOwn(world, a, onDisk(world, disk));
    await deriveFromOld(a);
    expect(await onDisk(world, disk).cache.get(SOURCE, "acme")).toBeUndefined();
  });

  test("stays where it is what others derived from, too", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node(), onDisk(world, ownDisk(world))];
    await eachItsOwn(world, a, b);
    await deriveFromOld(b);
    await world.pass(LEASE_MS);
    expect(await b.cache.get(SOURCE, "acme", { tiers: { memory: false } })).toBe("new");
    expect(await a.cache.get(SOURCE, "acme")).toBeUndefined();
  });
});

describe("content that only one node has and that is moved to where all see it", () => {
  /** A node whose memory makes room by moving what it held, and then waits in that call to the shared tier. */
  async function moving(world: Deployment, at: "headEntry" | "putEntry"): Promise<[Node, Gate]> {
    const memory = memoryBackend({ maxEntries: 1 }, { clock: world.clock, logger: silentLogger });
    const tiers = [
      { name: "memory", backend: memory },
      { name: "warm", backend: world.warm },
    ];
    const [a, b] = [world.node(), world.node({ tiers, defaultPolicy: { demote: true } })];
    await eachItsOwn(world, a, b);
    const gate = world.warm.faults.pause(at, { key: SOURCE });
    await b.cache.getOrCompute("other/1", "acme", () => 1);
    await gate.reached;
    return [a, gate];
  }

  test("kills what was derived from other while it was on its way", async () => {
    await using world = new Deployment();
    const [a, gate] = await moving(world, "putEntry");
    expect(await deriveFromOld(a)).toEqual(["old"]);
    expect(await a.cache.get(DERIVED, "acme")).toEqual(["old"]);
    gate.release();
    await world.pass(LEASE_MS);
    expect(await a.cache.get(DERIVED, "acme")).toBeUndefined();
  });

  test("stays where it is once something was derived from other", async () => {
    await using world = new Deployment();
    const [a, gate] = await moving(world, "headEntry");
    // Who derives asks for the same copy, and is not stopped.
    expect(await deriveFromOld(a)).toEqual(["old"]);
    await world.pass(LEASE_MS);
    gate.release();
    await world.pass(LEASE_MS);
    expect(await a.cache.get(DERIVED, "acme")).toEqual(["old"]);
    expect(await world.warm.exists(SOURCE, "acme")).toBe(false);
  });
});
