import { describe, expect, test } from "@jest/globals";
import type { InvalidationLog } from "@cogniverse/sdk";
import { MemoryLog } from "../../src/invalidation/memory-log.ts";
import { Deployment, type Node } from "../races/support/deployment.ts";
import { LEASE_MS } from "../races/support/shared-log.ts";
import { setUp } from "../support/set-up.ts";

const settled = { settled: async () => 0 };

async function store({ cache }: Node, tenantId = "acme"): Promise<void> {
  await cache.put("notes/1", 1, tenantId, { tags: ["red"] });
  await cache.put("notes/1", 2, tenantId);
  await cache.invalidate({ kind: "tag", value: "red" }, tenantId, { reason: "wrong" });
}

/** What the log says of the tenant, by scope. */
async function said(
  { shared: { log } }: Deployment,
  tenantId = "acme",
): Promise<readonly string[]> {
  const { records } = await log.snapshot();
  return records.filter((one) => one.tenantId === tenantId).map(({ scope }) => scope.kind);
}

/** The tombstone, and the record that tells nodes to forget what they keep. */
const TOMBSTONE = ["tenant", "tag"];

describe("what the log says of a tenant that was purged", () => {
  test("is the record of the purge alone; of others it says all that it did, and positions go on", async () => {
    await using world = new Deployment(settled);
    const [a, b] = [world.node(), world.node()];
    for (const tenant of ["acme", "acme:prod"]) await store(a, tenant);
    const others = await said(world, "acme:prod");
    const report = await a.cache.purge("acme", { reason: "contract ended" });
    expect(report.log).toEqual({ state: "complete" });
    expect(await said(world)).toEqual(TOMBSTONE);
    expect(await said(world, "acme:prod")).toEqual(others);
    const { position } = await world.shared.log.head();
    expect(position).toBe(report.position);
    await b.cache.put("notes/1", 3, "acme");
    expect((await world.shared.log.head()).position).toBe(position + 1);
    for (const { cache } of [a, b]) expect(await cache.get("notes/1", "acme")).toBe(3);
    await a.cache.purge("acme");
    expect(await said(world)).toEqual(TOMBSTONE);
  });

  test("is taken out by another node where the one that purged could not", async () => {
    await using world = new Deployment(settled);
    const [a, b] = [world.node(), world.node()];
    await store(b);
    a.logFaults.fail("forgetTenant", { times: Infinity });
    expect((await a.cache.purge("acme")).log).toMatchObject({ state: "incomplete" });
    expect(await said(world)).not.toEqual(TOMBSTONE);
    await world.pass(3 * LEASE_MS);
    await b.cache.flush();
    expect(await said(world)).toEqual(TOMBSTONE);
  });

  test("is taken out at the next start where nobody was there, and only then is anything asked of the log", async () => {
    await using world = new Deployment(settled);
    const a = world.node();
    await store(a);
    a.logFaults.fail("forgetTenant", { times: Infinity });
    await a.cache.purge("acme");
    await a.cache.close();
    for (const forgets of [1, 0]) {
      const next = world.node();
      await next.cache.get("notes/1", "lives");
      await world.pass(3 * LEASE_MS);
      await next.cache.flush();
      expect(await said(world)).toEqual(TOMBSTONE);
      expect(next.logFaults.count("forgetTenant")).toBe(forgets);
      await next.cache.close();
    }
  });

  test("stays where the log cannot forget, and the report says so", async () => {
    await using world = new Deployment(settled);
    const log = { ...world.shared.log };
    delete log.forgetTenant;
    const a = world.node({ log });
    await store(a);
    expect((await a.cache.purge("acme")).log).toEqual({ state: "kept" });
    expect(await a.cache.get("notes/1", "acme")).toBeUndefined();
  });
});

test("a node that lags behind a purge learns of it though the log tells less by then", async () => {
  await using world = new Deployment();
  const [a, b] = [world.node(), world.node()];
  await world.acknowledged(a.cache.put("notes/1", 1, "acme"));
  expect(await b.cache.get("notes/1", "acme")).toBe(1);
  const away = b.logFaults.fail("read", { times: Infinity });
  await world.acknowledged(a.cache.purge("acme"));
  away[Symbol.dispose]();
  await world.pass(2 * LEASE_MS);
  expect(await b.cache.get("notes/1", "acme")).toBeUndefined();
  expect(await b.memory.listKeys("", "acme")).toEqual([]);
  await world.acknowledged(b.cache.put("notes/1", 2, "acme"));
  expect(await a.cache.get("notes/1", "acme")).toBe(2);
});

test("the log of a process of its own forgets too", async () => {
  const log: InvalidationLog = new MemoryLog("one");
  const { manager, acme } = setUp({ memory: "memory" }, { log });
  await acme.put("a/1", 1);
  await acme.invalidate({ kind: "tag", value: "red" });
  expect((await manager.purge("acme")).log).toEqual({ state: "complete" });
  const { records } = await log.snapshot();
  expect(records.map(({ scope }) => scope.kind)).toEqual(TOMBSTONE);
  await manager.close();
});
