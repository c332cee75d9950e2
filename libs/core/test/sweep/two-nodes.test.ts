import { expect, test } from "@jest/globals";
import { MemoryLog, type CacheManager, type SweepProgress } from "@cogniverse/core";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp, type SetUp } from "../support/set-up.ts";

expectNoUnhandledRejections();
const ENTRIES = 300;
/** Steps of 32, one each half second: ten of them. */
const SLOW = 64;

/** Two nodes over one tier and one log; all of the first's entries are dead. */
async function twoNodes(): Promise<SetUp & Readonly<{ other: CacheManager }>> {
  const it = setUp(
    { disk: "entry" },
    { log: new MemoryLog("one"), tierOptions: { disk: { timeLimitMs: 60_000 } } },
  );
  const other = it.restart();
  await Promise.all(Array.from({ length: ENTRIES }, (_, i) => it.acme.put(`a/${i}`, i)));
  await it.acme.invalidate({ kind: "prefix", value: "a/" });
  return { ...it, other };
}

test("of two nodes one sweeps; the other waits for it, tells how far it is, and does nothing twice", async () => {
  const it = await twoNodes();
  const sweeping = it.manager.sweep("acme", { rate: SLOW });
  await it.clock.advanceAndSettle(0);
  const told: SweepProgress[] = [];
  const onProgress = (progress: SweepProgress): unknown => told.push(progress);
  const waiting = it.other.sweep("acme", { rate: SLOW, onProgress });
  await it.clock.advanceAndSettle(10_000);
  expect(await sweeping).toMatchObject({ scanned: ENTRIES, deleted: ENTRIES });
  // Nothing was left, so no mark was either, and the second looks for itself: at nothing.
  expect(await waiting).toMatchObject({ scanned: 0, deleted: 0 });
  expect(told.filter(({ elsewhere }) => elsewhere).map(({ scanned }) => scanned)).toEqual([
    0, 160, 288,
  ]);
  expect(it.faults("disk").count("deleteEntry")).toBe(ENTRIES + 2);
  await it.manager.close();
  await it.other.close();
});

/** The first node sweeps, the second comes a moment later, after `meanwhile`. */
async function sweptByBoth(meanwhile: (it: SetUp) => Promise<unknown>) {
  const it = await twoNodes();
  await it.acme.put("b/1", 1);
  await it.acme.put("b/2", 1);
  const first = it.manager.sweep("acme", { rate: SLOW });
  await it.clock.advanceAndSettle(0);
  await meanwhile(it);
  const second = it.other.sweep("acme", { rate: Infinity });
  await it.clock.advanceAndSettle(10_000);
  const reports = [await first, await second] as const;
  await it.manager.close();
  await it.other.close();
  return reports;
}

test("where another node has swept by all that is known, that is the answer", async () => {
  const [first, second] = await sweptByBoth(async () => undefined);
  expect(first).toMatchObject({ scanned: 302, deleted: 300 });
  expect(second).toMatchObject({
    scanned: 0,
    deleted: 0,
    tiers: [{ state: "elsewhere", theirs: { scanned: 302, deleted: 300 } }],
  });
});

test("where the other began before an invalidation it is done again", async () => {
  const [first, second] = await sweptByBoth(({ acme }) =>
    acme.invalidate({ kind: "key", value: "b/1" }),
  );
  expect(first).toMatchObject({ scanned: 302, deleted: 301 });
  expect(second.tiers).toMatchObject([{ state: "complete", scanned: 1, deleted: 0 }]);
});

test("a node that says nothing for ten seconds is taken for gone; when it wakes it finds that out and stops", async () => {
  const it = await twoNodes();
  const sweeping = it.manager.sweep("acme", { rate: SLOW });
  await it.clock.advanceAndSettle(2300);
  const gate = it.faults("disk").pause("deleteEntry", { tenantId: "acme" });
  await it.clock.advanceAndSettle(2300);
  await gate.reached;
  const taking = it.other.sweep("acme", { rate: SLOW });
  await it.clock.advanceAndSettle(9900);
  const before = it.faults("disk").count("deleteEntry");
  await it.clock.advanceAndSettle(700);
  gate.release();
  await it.clock.advanceAndSettle(10_000);
  expect(before).toBeLessThan(ENTRIES);
  const [first, second] = [await sweeping, await taking];
  expect(first.tiers).toMatchObject([{ state: "elsewhere" }]);
  expect(second.tiers).toMatchObject([{ state: "complete", earlier: 160 }]);
  expect(first.deleted + second.deleted).toBe(ENTRIES);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual([]);
  await it.manager.close();
  await it.other.close();
});

test.each(["entry", "memory"] as const)(
  "two sweeps of one tenant in one process come one after the other, over %s, and two tenants side by side",
  async (kind) => {
    const it = setUp({ tier: kind });
    await Promise.all(Array.from({ length: ENTRIES }, (_, i) => it.acme.put(`a/${i}`, i)));
    await it.acme.invalidate({ kind: "tenant" });
    await it.manager.put("a/1", 1, "beta");
    const [one, two, beta] = [
      it.manager.sweep("acme", { rate: SLOW }),
      it.manager.sweep("acme", { rate: SLOW }),
      it.manager.sweep("beta", { rate: SLOW }),
    ];
    expect(await beta).toMatchObject({ scanned: 1 });
    await it.clock.advanceAndSettle(10_000);
    expect(await one).toMatchObject({ scanned: ENTRIES, deleted: ENTRIES });
    expect(await two).toMatchObject({ scanned: 0 });
    await it.manager.close();
  },
);
