import { describe, expect, test } from "@jest/globals";
import { FakeClock, faultLog, FaultScript, settle } from "@cogniverse/testkit";
import { toPosition } from "@cogniverse/sdk";
import { TableSession } from "../../src/invalidation/table-session.ts";
import { LEASE_MS } from "../races/support/shared-log.ts";
import { namingLog, Table } from "../races/support/table.ts";

/** One session that has declared in the log that it serves alone, and whose table answers again. */
async function backFromAlone() {
  const log = namingLog();
  const faults = new FaultScript();
  const table = new Table();
  const clock = new FakeClock();
  let isAway = false;
  const reach = (): void => {
    if (isAway) throw new Error("unreachable");
  };
  const session = new TableSession({
    log: faultLog(log, faults),
    table: table.from(reach),
    clock,
    random: { id: () => "me" },
  });
  const { head } = await session.snapshot();
  isAway = true;
  await session.read(head);
  await session.read(head);
  expect(log.cut().alone).toEqual([{ session: "me", leaving: false }]);
  const reachable = (yes: boolean): void => void (isAway = !yes);
  reachable(true);
  // The table is not waited for while it is away: the first read finds that it is back.
  await session.read(head);
  await settle();
  return { log, faults, session, head, reachable, clock };
}

describe("TableSession", () => {
  test("does not count as serving alone while it is being taken back", async () => {
    const { log, faults, session, head, reachable } = await backFromAlone();
    const withdrawal = faults.pause("changeShortCut");
    await session.read(head);
    await withdrawal.reached;
    reachable(false);
    let isDone = false;
    const reading = session.read(head).then(() => (isDone = true));
    await settle();
    expect(isDone).toBe(false);
    withdrawal.release();
    await reading;
    expect(log.said.at(-2)?.alone).toEqual([]);
    expect(log.cut().alone).toEqual([{ session: "me", leaving: false }]);
  });

  test("writes anew that it serves alone where taking it back failed, which may land still", async () => {
    const { log, faults, session, head, reachable } = await backFromAlone();
    faults.fail("changeShortCut");
    await session.read(head);
    await settle();
    reachable(false);
    const before = log.said.length;
    await session.read(head);
    expect(log.said.length).toBe(before + 1);
    expect(log.cut().alone).toEqual([{ session: "me", leaving: false }]);
    await session.read(head);
    expect(log.said.length).toBe(before + 1);
  });

  test("says once how far it is for all that it applied while it said so before", async () => {
    const log = namingLog();
    const table = new Table();
    const clock = new FakeClock();
    const session = new TableSession({
      log,
      table: table.from(),
      clock,
      random: { id: () => "me" },
    });
    const { head } = await session.snapshot();
    const before = table.reports;
    for (let n = 1; n <= 100; n++) session.applied({ ...head, position: toPosition(n) });
    await settle();
    expect(table.reports - before).toBe(2);
    expect(table.sessions.get("me")?.position).toBe(100);
    session.applied({ ...head, position: toPosition(101) });
    await settle();
    expect(table.sessions.get("me")?.position).toBe(101);
  });

  test("names another table at most once in D, so that two that see two tables do not take turns for ever", async () => {
    const { log, session, head, clock } = await backFromAlone();
    await session.read(head);
    await settle();
    const rename = (): void =>
      void log.changeShortCut?.((now) => ({ ...now, table: `other ${log.said.length}` }));
    const namedOwn = (): boolean => log.cut().table.startsWith("first ");
    clock.suspend({ monotonicMs: LEASE_MS, wallMs: LEASE_MS });
    rename();
    await session.read(head);
    expect(namedOwn()).toBe(true);
    rename();
    await session.read(head);
    expect(namedOwn()).toBe(false);
    expect(log.cut().alone).toHaveLength(1);
    clock.suspend({ monotonicMs: LEASE_MS, wallMs: LEASE_MS });
    await session.read(head);
    expect(namedOwn()).toBe(true);
  });
});
