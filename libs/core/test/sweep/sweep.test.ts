import { describe, expect, test } from "@jest/globals";
import { recordingTelemetry, settle } from "@cogniverse/testkit";
import { MemoryLog, type SweepProgress } from "@cogniverse/core";
import type { InvalidationLog } from "@cogniverse/sdk";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp, type Kind, type SetUp } from "../support/set-up.ts";

expectNoUnhandledRejections();
const disks = { disk: "entry", far: "six" } as const;

async function heldBy({ backends }: SetUp, tier: string): Promise<readonly string[]> {
  return (await backends[tier]?.listKeys("", "acme")) ?? [];
}

describe.each<Record<string, Kind>>([{ a: "memory" }, { a: "entry" }, { a: "six" }])(
  "a sweep of %j",
  (kinds) => {
    test("deletes what is dead and leaves what lives", async () => {
      const it = setUp(kinds);
      for (const key of ["a/1", "a/2", "b/1", "b/2"]) await it.acme.put(key, 1);
      await it.acme.invalidate({ kind: "prefix", value: "a/" });
      const report = await it.manager.sweep("acme");
      expect(report).toEqual({
        tenantId: "acme",
        scanned: 4,
        deleted: 2,
        tiers: [{ tier: "a", state: "complete", scanned: 4, dead: 2, expired: 0, deleted: 2 }],
      });
      expect(await heldBy(it, "a")).toEqual(["b/1", "b/2"]);
      expect((await it.acme.stats()).tiers[0]).toMatchObject({ swept: 2, entries: 2 });
      expect(await it.manager.sweep("acme")).toMatchObject({ scanned: 2, deleted: 0 });
      await it.manager.close();
    });

    test("deletes what another log's end has killed", async () => {
      const it = setUp(kinds);
      await it.acme.put("a/1", 1);
      const later = it.restart({ log: new MemoryLog("later") });
      await later.put("a/2", 1, "acme");
      expect(await later.sweep("acme")).toMatchObject({ scanned: 2, deleted: 1 });
      expect(await heldBy(it, "a")).toEqual(["a/2"]);
      await later.close();
    });
  },
);

test("other tenants and copies of other programs are left alone", async () => {
  const it = setUp(disks);
  await it.manager.put("a/1", 1, "other");
  await it.manager.invalidate({ kind: "tenant" }, "other");
  await it.backends["disk"]?.put("a/2", new Uint8Array([1]), "acme");
  expect(await it.manager.sweep("acme")).toMatchObject({ deleted: 0 });
  expect(await it.backends["disk"]?.listKeys("", "other")).toEqual(["a/1"]);
  expect(await heldBy(it, "disk")).toEqual(["a/2"]);
  await it.manager.close();
});

test("a copy that is over, and that its backend still lists, goes too", async () => {
  const it = setUp({ far: "six" });
  await it.acme.put("a/1", 1, { ttl: 0.5 });
  await it.clock.advanceAndSettle(600);
  const { tiers } = await it.manager.sweep("acme");
  expect(tiers).toMatchObject([{ scanned: 1, expired: 1, deleted: 1 }]);
  await it.manager.close();
});

test("a put that lands between the look and the deletion stays", async () => {
  const it = setUp({ disk: "entry" });
  await it.acme.put("a/1", 1);
  await it.acme.invalidate({ kind: "tenant" });
  const gate = it.faults("disk").pause("deleteEntry");
  const sweeping = it.manager.sweep("acme");
  await gate.reached;
  await it.acme.put("a/1", 2);
  gate.release();
  expect((await sweeping).tiers).toMatchObject([{ dead: 1, deleted: 0 }]);
  expect(await it.acme.getWithInfo("a/1")).toMatchObject({ hit: true, value: 2 });
  await it.manager.close();
});

test("a node that has not heard of the new log deletes nothing that was stored under it", async () => {
  let log: InvalidationLog = new MemoryLog("old");
  const shared: InvalidationLog = {
    leaseMs: 0,
    append: (records, options) => log.append(records, options),
    head: (call) => log.head(call),
    read: (from, call) => log.read(from, call),
    snapshot: (call) => log.snapshot(call),
  };
  const it = setUp({ disk: "entry" }, { log: shared });
  await it.acme.get("a/1");
  const gate = it.faults("disk").pause("scan");
  const sweeping = it.manager.sweep("acme");
  await gate.reached;
  log = new MemoryLog("new");
  const other = it.restart({ log });
  await other.put("a/1", 1, "acme");
  gate.release();
  expect(await sweeping).toMatchObject({ scanned: 1, deleted: 0 });
  expect(await other.getWithInfo("a/1", "acme")).toMatchObject({ hit: true, value: 1 });
  await other.close();
});

test("where the log cannot be read nothing is swept", async () => {
  const log = new MemoryLog("one");
  const down = () => Promise.reject(new Error("the log is away"));
  const it = setUp(disks, {
    log: { leaseMs: 0, append: down, head: down, read: down, snapshot: down },
  });
  const before = it.restart({ log });
  await before.put("a/1", 1, "acme");
  await expect(it.manager.sweep("acme")).rejects.toMatchObject({
    code: "tier_unavailable",
    retryable: true,
  });
  expect(await heldBy(it, "disk")).toEqual(["a/1"]);
  await it.manager.close();
});

test("a tier that fails is incomplete, and the others are swept", async () => {
  const it = setUp({ disk: "entry", far: "six", last: "entry" });
  await it.acme.put("a/1", 1);
  await it.acme.invalidate({ kind: "tenant" });
  it.faults("disk").fail("scan");
  it.faults("far").fail("get", { tenantId: "acme" });
  const { tiers } = await it.manager.sweep("acme");
  expect(tiers.map(({ state, deleted }) => [state, deleted])).toEqual([
    ["incomplete", 0],
    ["incomplete", 0],
    ["complete", 1],
  ]);
  await it.manager.close();
});

test("progress is told after each step and at each tier's end, with about how many there are", async () => {
  const it = setUp({ memory: "memory", disk: "entry" });
  await Promise.all(Array.from({ length: 300 }, (_, i) => it.acme.put(`a/${i}`, 1)));
  await it.acme.invalidate({ kind: "tenant" });
  const told: SweepProgress[] = [];
  const onProgress = (progress: SweepProgress): unknown => told.push(progress);
  await it.manager.sweep("acme", { rate: Infinity, onProgress });
  expect(told.map(({ tier, scanned, total }) => [tier, scanned, total])).toEqual(
    ["memory", "disk"].flatMap((tier) => [128, 256, 300, 300].map((n) => [tier, n, 300])),
  );
  expect(told.at(-1)).toMatchObject({ deleted: 300 });
  await it.manager.close();
});

test("a rate that would never end is refused", async () => {
  const it = setUp({ disk: "entry" });
  for (const rate of [0, -1, Number.NaN])
    await expect(it.manager.sweep("acme", { rate })).rejects.toMatchObject({
      code: "invalid_config",
    });
  await it.manager.close();
});

describe("a sweep ends at once", () => {
  const hung = async (): Promise<SetUp & { readonly reached: Promise<unknown> }> => {
    const it = setUp({ disk: "entry" });
    await it.acme.put("a/1", 1);
    await it.acme.invalidate({ kind: "tenant" });
    const { reached } = it.faults("disk").pause("deleteEntry");
    return { ...it, reached };
  };

  test("when its caller leaves", async () => {
    const it = await hung();
    const controller = new AbortController();
    const sweeping = it.manager.sweep("acme", { signal: controller.signal });
    const ended = sweeping.catch((error: unknown) => error);
    await it.reached;
    controller.abort("enough");
    expect(await ended).toBe("enough");
    await it.manager.close();
  });

  test("when the cache is closed", async () => {
    const it = await hung();
    const ended = it.manager.sweep("acme").catch((error: unknown) => error);
    await it.reached;
    await it.manager.close();
    expect(await ended).toMatchObject({ code: "closed" });
  });
});

test("where a tier deletes one copy a call, at most eight are under way", async () => {
  const it = setUp({ disk: "entry" });
  for (let i = 0; i < 20; i++) await it.acme.put(`a/${i}`, 1);
  await it.acme.invalidate({ kind: "tenant" });
  const gates = Array.from({ length: 20 }, () => it.faults("disk").pause("deleteEntry"));
  const sweeping = it.manager.sweep("acme");
  await settle(5);
  expect(it.faults("disk").count("deleteEntry")).toBe(8);
  for (const gate of gates) gate.release();
  expect(await sweeping).toMatchObject({ deleted: 20 });
  await it.manager.close();
});

test("one span tells what came of each tier", async () => {
  const telemetry = recordingTelemetry();
  telemetry.recording = false;
  const it = setUp({ disk: "entry" }, { telemetry });
  await it.acme.put("a/1", 1);
  await it.acme.invalidate({ kind: "tenant" });
  await it.manager.sweep("acme");
  const swept = telemetry.spans.filter(({ name }) => name === "cache.sweep");
  expect(swept).toMatchObject([
    {
      tenantId: "acme",
      ended: true,
      attributes: { "cache.scanned": 1, "cache.swept": 1 },
      events: [{ name: "cache.tier", attributes: { "cache.tier": "disk", "cache.swept": 1 } }],
    },
  ]);
  await it.manager.close();
});
