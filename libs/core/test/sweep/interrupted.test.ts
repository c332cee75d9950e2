import { describe, expect, test } from "@jest/globals";
import type { CacheBackend, EntryStore } from "@cogniverse/sdk";
import { CacheManager, MemoryLog } from "@cogniverse/core";
import { MARK_TENANT } from "../../src/sweep/sweep-mark.ts";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp, type SetUp } from "../support/set-up.ts";

expectNoUnhandledRejections();
const ENTRIES = 300;
/** Steps of 32, one each half second. */
const SLOW = 64;

type Filled = SetUp & Readonly<{ log: MemoryLog }>;

async function filled(kind: "entry" | "six" = "entry"): Promise<Filled> {
  const log = new MemoryLog("one");
  const it = setUp({ disk: kind }, { log });
  await Promise.all(
    Array.from({ length: ENTRIES }, (_, i) => it.acme.put(`a/${String(i).padStart(3, "0")}`, i)),
  );
  return { ...it, log };
}

async function killed(kind: "entry" | "six" = "entry"): Promise<Filled> {
  const it = await filled(kind);
  await it.acme.invalidate({ kind: "prefix", value: "a/" });
  return it;
}

/** Leaves a sweep when it has deleted and noted once how far it is, after five steps, and has judged one step more. */
async function interrupt(it: SetUp): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const ended = it.manager.sweep("acme", { rate: SLOW, signal }).catch((error: unknown) => error);
  await it.clock.advanceAndSettle(2700);
  controller.abort("enough");
  expect(await ended).toBe("enough");
  await it.manager.flush();
}

const marks = (it: SetUp): Promise<readonly string[]> | undefined =>
  it.backends["disk"]?.listKeys("", MARK_TENANT);

describe.each(["entry", "six"] as const)("an interrupted sweep of a tier of kind %s", (kind) => {
  test("is gone on with by the next process, from where it stood", async () => {
    const it = await killed(kind);
    await interrupt(it);
    expect(await marks(it)).toEqual(["acme"]);
    expect(await it.backends["disk"]?.listKeys("", "acme")).toHaveLength(ENTRIES - 160);
    const next = it.restart();
    expect(await next.sweep("acme", { rate: Infinity })).toMatchObject({
      scanned: ENTRIES - 160,
      deleted: ENTRIES - 160,
      tiers: [{ state: "complete", earlier: 160 }],
    });
    await next.close();
  });
});

test("what was invalidated in between is found in what had been looked at, too", async () => {
  const it = await filled();
  await interrupt(it);
  await it.acme.invalidate({ kind: "prefix", value: "a/" });
  expect(await it.manager.sweep("acme", { rate: Infinity })).toMatchObject({
    scanned: ENTRIES,
    deleted: ENTRIES,
  });
  expect(await marks(it)).toEqual([]);
  await it.manager.close();
});

test("a tier that fails on the way is gone on with where it failed", async () => {
  const it = await killed();
  const original = it.backends["disk"];
  if (original?.scan === undefined) throw new Error("no scan");
  let left = 100;
  const { scan } = original;
  const failing: CacheBackend = {
    ...original,
    scan: {
      async *scan(...args) {
        for await (const head of scan.scan(...args)) {
          if (left-- === 0) throw new Error("the disk is away");
          yield head;
        }
      },
    },
  };
  const manager = new CacheManager({
    tiers: [{ name: "disk", backend: failing }],
    clock: it.clock,
    log: it.log,
  });
  const first = await manager.sweep("acme", { rate: Infinity });
  expect(first.tiers).toMatchObject([{ state: "incomplete", scanned: 100, deleted: 100 }]);
  const second = await manager.sweep("acme", { rate: Infinity });
  expect(second.tiers).toMatchObject([{ state: "complete", scanned: 200, earlier: 100 }]);
  await manager.close();
});

test("a tenant that has nothing left leaves no mark, one that has leaves one, which no listing of a tenant shows", async () => {
  const it = await killed();
  await it.manager.sweep("acme", { rate: Infinity });
  expect(await marks(it)).toEqual([]);
  await it.acme.put("b/1", 1);
  await it.manager.sweep("acme");
  expect(await marks(it)).toEqual(["acme"]);
  expect(await it.acme.listKeys("")).toEqual(["b/1"]);
  await it.manager.close();
});

test("where a tier refuses to delete the sweep is incomplete, and the next one begins anew", async () => {
  const it = await killed();
  await it.acme.put("b/1", 1);
  it.faults("disk").fail("deleteEntry");
  const { tiers } = await it.manager.sweep("acme", { rate: Infinity });
  expect(tiers).toMatchObject([{ state: "incomplete", dead: 300, deleted: 299 }]);
  expect(await marks(it)).toEqual([]);
  expect(await it.manager.sweep("acme")).toMatchObject({ deleted: 1 });
  await it.manager.close();
});

test("a mark that is no mark, and a tier that takes none, are swept all the same", async () => {
  const it = await killed();
  await it.backends["disk"]?.put("acme", new TextEncoder().encode("{"), MARK_TENANT);
  expect(await it.manager.sweep("acme", { rate: Infinity })).toMatchObject({ deleted: 300 });
  await it.acme.put("a/1", 1);
  await it.acme.invalidate({ kind: "prefix", value: "a/" });
  it.faults("disk").fail("putEntry", { tenantId: MARK_TENANT, times: 9 });
  expect(await it.manager.sweep("acme")).toMatchObject({ deleted: 1 });
  await it.manager.close();
});

describe("where a tier deletes many copies a call", () => {
  test("so it is asked, and a put that lands between the look and the deletion stays", async () => {
    const it = await killed();
    const disk = it.backends["disk"];
    const entries = disk?.entries;
    if (disk === undefined || entries === undefined) throw new Error("no entries");
    const asked: number[] = [];
    const many: EntryStore = {
      ...entries,
      async deleteEntries(copies, tenantId, call) {
        asked.push(copies.length);
        if (asked.length === 1) await it.acme.put("a/007", "anew");
        return Promise.all(
          copies.map(({ key, etag }) => entries.deleteEntry(key, etag, tenantId, call)),
        );
      },
    };
    const backend: CacheBackend = { ...disk, entries: many };
    const manager = new CacheManager({
      tiers: [{ name: "disk", backend }],
      clock: it.clock,
      log: it.log,
    });
    expect(await manager.sweep("acme", { rate: Infinity })).toMatchObject({ deleted: 299 });
    expect(asked).toEqual([256, 44]);
    expect(await it.acme.get("a/007")).toBe("anew");
    await manager.close();
  });
});
