import { expect, test } from "@jest/globals";
import { START, type NewRecord, type Scope } from "@cogniverse/sdk";
import { FakeClock, faultLog, FaultScript, mapBackend, settle } from "@cogniverse/testkit";
import { ContentTeller } from "../../src/dependencies/content-teller.ts";
import { Engine } from "../../src/engine/engine.ts";
import { TenantState } from "../../src/tenant/tenant-state.ts";
import { LEASE_MS, sharedLog } from "../races/support/shared-log.ts";

/** What the log was told, in one array an append. */
interface Told {
  readonly appends: (readonly NewRecord[])[];
  readonly faults: FaultScript;
  readonly clock: FakeClock;
  readonly tell: (path: string, digest?: string) => void;
  readonly close: () => Promise<void>;
}

async function teller(): Promise<Told> {
  const clock = new FakeClock();
  const { log } = sharedLog();
  const appends: (readonly NewRecord[])[] = [];
  const append: typeof log.append = async (records, options) => {
    const head = await log.append(records, options);
    appends.push(records);
    return head;
  };
  const faults = new FaultScript();
  const tiers = [{ name: "only", backend: mapBackend() }];
  const engine = new Engine({ clock, tiers, log: faultLog({ ...log, append }, faults) });
  await engine.coherence.renew();
  const tenant = new TenantState(engine, "acme");
  const telling = new ContentTeller(engine, () => true);
  const copy = { logId: engine.coherence.logId, asOf: START, tags: [], inherited: [] };
  const close = async (): Promise<void> => {
    await telling.close();
    await engine.coherence.close();
  };
  return {
    appends,
    faults,
    clock,
    tell: (path, digest = path) => telling.tell(tenant, path, { ...copy, digest }),
    close,
  };
}

function scopesOf(records: readonly NewRecord[] = []): readonly Scope[] {
  return records.map(({ scope }) => scope);
}

test("what comes in while the log is being told goes with the next append, the last content of a key", async () => {
  const { tell, appends, close } = await teller();
  tell("a");
  tell("b", "old");
  tell("c");
  tell("b", "new");
  await settle();
  expect(appends.map((records) => records.map(({ digest }) => digest))).toEqual([
    ["a"],
    ["new", "c"],
  ]);
  await close();
});

test("of one append no more records are asked than a log takes well", async () => {
  const { tell, appends, close } = await teller();
  for (let i = 0; i < 1000; i++) tell(`keys/${i}`);
  await settle();
  expect(appends.map(({ length }) => length)).toEqual([1, 256, 256, 256, 231]);
  await close();
});

test("what the log did not take is told again, and gives way to later content of its key", async () => {
  const { tell, appends, faults, clock, close } = await teller();
  const gate = faults.pause("append");
  faults.fail("append");
  tell("a", "old");
  await gate.reached;
  tell("a", "new");
  gate.release();
  await settle();
  expect(appends).toEqual([]);
  await clock.advanceAndSettle(LEASE_MS);
  expect(appends).toMatchObject([[{ digest: "new", fill: true, mode: "hard" }]]);
  await close();
});

test("what is left is told at the end, and nothing after it", async () => {
  const { tell, appends, faults, clock, close } = await teller();
  faults.fail("append");
  tell("a");
  await settle();
  expect(appends).toEqual([]);
  await close();
  expect(appends).toHaveLength(1);
  await clock.advanceAndSettle(LEASE_MS);
  expect(appends).toHaveLength(1);
});

test("more keys than are kept apart become one record on all of the tenant", async () => {
  const { tell, appends, faults, clock, close } = await teller();
  faults.fail("append", { times: 2 });
  for (let i = 0; i < 70_000; i++) tell(`keys/${i}`);
  await settle();
  await clock.advanceAndSettle(LEASE_MS);
  await clock.advanceAndSettle(LEASE_MS);
  expect(appends.map(scopesOf)).toEqual([[{ kind: "tenant" }]]);
  expect(appends[0]).toMatchObject([{ mode: "hard", fill: true }]);
  await close();
});
