import { expect, test } from "@jest/globals";
import { MemoryLog, type CacheManagerOptions } from "@cogniverse/core";
import type { InvalidationLog } from "@cogniverse/sdk";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp } from "../support/set-up.ts";

expectNoUnhandledRejections();
const HOUR = 3_600_000;
const A = { kind: "prefix", value: "a/" } as const;
const sweep = { intervalMs: HOUR };
/** The longest that a round may be away: an hour and a tenth. */
const ROUND = 1.1 * HOUR + 1;

test("what was invalidated is deleted without anybody asking, and only then looked for", async () => {
  const it = setUp({ disk: "entry" }, { sweep });
  await it.acme.put("a/1", 1);
  await it.acme.put("b/1", 1);
  await it.acme.invalidate(A);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual(["a/1", "b/1"]);
  await it.clock.advanceAndSettle(ROUND);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual(["b/1"]);
  expect((await it.acme.stats()).tiers[0]).toMatchObject({ swept: 1 });
  expect(it.logger.lines).toContainEqual(
    expect.objectContaining({ message: "swept in the background" }),
  );
  const scans = it.faults("disk").count("scan");
  await it.clock.advanceAndSettle(3 * ROUND);
  expect(it.faults("disk").count("scan")).toBe(scans);
  await it.acme.invalidate({ kind: "tenant" });
  await it.clock.advanceAndSettle(ROUND);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual([]);
  await it.manager.close();
});

test("a tenant that only others serve is swept as well, and counted", async () => {
  const it = setUp({ disk: "entry" }, { log: new MemoryLog("one") });
  const node = it.restart({ sweep });
  await it.acme.put("a/1", 1);
  await it.acme.invalidate(A);
  // The node hears of it when it serves somebody.
  await node.get("x", "beta");
  await it.clock.advanceAndSettle(ROUND);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual([]);
  expect((await node.stats("acme")).tiers[0]).toMatchObject({ swept: 1 });
  await node.close();
  await it.manager.close();
});

test("of the nodes that share a tier the first to come sweeps it for all, until enough time has passed", async () => {
  const log = new MemoryLog("one");
  const it = setUp({ disk: "entry" }, { log });
  const nodes = [it.restart({ sweep }), it.restart({ sweep }), it.restart({ sweep })];
  await it.acme.put("a/1", 1);
  await it.acme.put("b/1", 1);
  await it.acme.invalidate(A);
  for (const node of nodes) await node.get("x", "acme");
  const before = it.faults("disk").count("scan");
  await it.clock.advanceAndSettle(ROUND);
  expect(it.faults("disk").count("scan") - before).toBe(1);
  for (const node of nodes) await node.close();
  await it.manager.close();
});

test("what another node has swept a moment ago is left for now, whatever came in since", async () => {
  const it = setUp({ disk: "entry" }, { log: new MemoryLog("one") });
  const at = (share: number): CacheManagerOptions["random"] => ({
    next: () => share,
    id: () => `node-${share}`,
  });
  // Rounds after 0.1 and after 0.37 of an hour; of the first again after 0.9 more.
  const nodes = [it.restart({ sweep, random: at(0) }), it.restart({ sweep, random: at(0.3) })];
  await it.acme.put("b/1", 1);
  for (const node of nodes) await node.get("x", "acme");
  await it.clock.advanceAndSettle(0.2 * HOUR);
  await it.acme.put("a/1", 1);
  await it.acme.invalidate(A);
  await it.clock.advanceAndSettle(0.3 * HOUR);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual(["a/1", "b/1"]);
  await it.clock.advanceAndSettle(0.6 * HOUR);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual(["b/1"]);
  for (const node of nodes) await node.close();
  await it.manager.close();
});

test("closing ends it, and nothing is left to come", async () => {
  const it = setUp({ disk: "entry" }, { sweep });
  await it.acme.put("a/1", 1);
  await it.acme.invalidate(A);
  const gate = it.faults("disk").pause("deleteEntry");
  await it.clock.advanceAndSettle(ROUND);
  await gate.reached;
  await it.manager.close();
  expect(it.logger.lines.filter(({ level }) => level === "warn")).toEqual([]);
  const idle = setUp({ disk: "entry" }, { sweep });
  await idle.manager.close();
  expect([it.clock.pending, idle.clock.pending]).toEqual([0, 0]);
});

test("where the log is away one line says so, nothing is deleted, and the next round tries again", async () => {
  const memory = new MemoryLog("one");
  let isAway = false;
  const orAway = <R>(run: () => Promise<R>): Promise<R> =>
    isAway ? Promise.reject(new Error("the log is away")) : run();
  const log: InvalidationLog = {
    leaseMs: 1000,
    append: (records, options) => orAway(() => memory.append(records, options)),
    head: () => orAway(() => memory.head()),
    read: (from) => orAway(() => memory.read(from)),
    snapshot: () => orAway(() => memory.snapshot()),
  };
  const it = setUp({ disk: "entry" }, { sweep, log });
  const putting = it.acme.put("a/1", 1);
  await it.clock.advanceAndSettle(2000);
  await putting;
  const deleting = it.acme.invalidate(A);
  await it.clock.advanceAndSettle(2000);
  await deleting;
  isAway = true;
  await it.clock.advanceAndSettle(ROUND);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual(["a/1"]);
  expect(it.logger.lines).toContainEqual(
    expect.objectContaining({ message: "a sweep in the background failed" }),
  );
  isAway = false;
  await it.clock.advanceAndSettle(ROUND);
  expect(await it.backends["disk"]?.listKeys("", "acme")).toEqual([]);
  await it.manager.close();
});

test.each([
  [{ intervalMs: 0 }, "sweep.intervalMs"],
  [{ intervalMs: 3e9 }, "sweep.intervalMs"],
  [{ intervalMs: HOUR, rate: 0 }, "sweep.rate"],
])("%j is refused", (wrong, named) => {
  expect(() => setUp({ disk: "entry" }, { sweep: wrong })).toThrow(named);
});
