import { describe, expect, test } from "@jest/globals";
import { toPosition, type LogHead, type NewRecord, type Scope } from "@cogniverse/sdk";
import { Workbench } from "../open-tier.ts";

function record(scope: Scope, given: Partial<NewRecord> = {}): NewRecord {
  return { tenantId: "acme", scope, mode: "hard", at: 1, node: "n", ...given };
}

const KEY: Scope = { kind: "key", value: "a/b" };
const at = (head: LogHead, position: number): LogHead => ({
  ...head,
  position: toPosition(position),
});

async function openLog(bench: Workbench, base_path?: string) {
  const tier = await bench.open(base_path === undefined ? {} : { base_path });
  return { tier, log: tier.log };
}

describe("positions", () => {
  test("are contiguous over concurrent appends, in the order of the calls", async () => {
    await using bench = new Workbench();
    const { log } = await openLog(bench);
    const start = await log.head();
    expect(start.position).toBe(0);
    const heads = await Promise.all([
      log.append([record(KEY), record({ kind: "tenant" })]),
      log.append([record(KEY)]),
      log.append([record(KEY)]),
    ]);
    expect(heads.map((head) => head?.position)).toEqual([2, 3, 4]);
    const delta = await log.read(start);
    if (delta.type !== "records") throw new Error("reset");
    expect(delta.records.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    expect(delta.records[1]).toEqual({ ...record({ kind: "tenant" }), position: 2 });
  });

  test("go on after opening again, in the same log", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const first = await openLog(bench, base_path);
    const head = await first.log.append([record(KEY)]);
    await first.tier[Symbol.asyncDispose]();
    const second = await openLog(bench, base_path);
    expect(await second.log.head()).toEqual(head);
    expect(await second.log.append([record(KEY)])).toEqual({ ...head, position: 2 });
  });

  test("two directories are two logs", async () => {
    await using bench = new Workbench();
    const heads = [
      await (await openLog(bench)).log.head(),
      await (await openLog(bench)).log.head(),
    ];
    expect(heads[0]?.logId).not.toBe(heads[1]?.logId);
  });
});

describe("read", () => {
  test("is reset from another log and from beyond the head", async () => {
    await using bench = new Workbench();
    const { log } = await openLog(bench);
    const head = await log.append([record(KEY)]);
    if (head === undefined) throw new Error("not appended");
    expect(log.readNow?.({ logId: "other", position: head.position })).toEqual({
      type: "reset",
      head,
    });
    expect(log.readNow?.(at(head, 2))).toEqual({ type: "reset", head });
    expect(log.readNow?.(head)).toEqual({ type: "records", head, records: [] });
  });

  test("keeps a kind of record that this release does not know word for word", async () => {
    await using bench = new Workbench();
    const { log } = await openLog(bench);
    // A later release may write what this one's types do not have.
    const strange = { kind: "galaxy", value: "m31", depth: 3 } as unknown as Scope;
    const head = await log.append([record(strange, { reason: "because" })]);
    const { records } = await log.snapshot();
    expect(records).toEqual([{ ...record(strange, { reason: "because" }), position: 1 }]);
    expect(log.readNow?.(at(head ?? (await log.head()), 0))).toMatchObject({ records });
  });

  test("the snapshot has the last record of each mode on each scope of each tenant", async () => {
    await using bench = new Workbench();
    const { log } = await openLog(bench);
    await log.append([
      record(KEY),
      record(KEY),
      record(KEY, { mode: "soft" }),
      record(KEY, { tenantId: "other" }),
      record({ kind: "tag", value: "a/b" }),
      record({ kind: "tag", value: "x".repeat(5000) }),
      record(KEY, { mode: "soft" }),
    ]);
    const { head, records } = await log.snapshot();
    expect(head.position).toBe(7);
    expect(records.map(({ position }) => position)).toEqual([2, 4, 5, 6, 7]);
  });
});

describe("unless", () => {
  const cases: [Scope, boolean][] = [
    [KEY, true],
    [{ kind: "prefix", value: "a/" }, true],
    [{ kind: "glob", value: "a/*" }, true],
    [{ kind: "tenant" }, true],
    [{ kind: "key", value: "a/c" }, false],
    [{ kind: "tag", value: "a/b" }, false],
  ];

  test.each(cases)("a later record on %j stops an append: %p", async (scope, stops) => {
    await using bench = new Workbench();
    const { log } = await openLog(bench);
    await log.append([record(scope)]);
    const since = (await log.append([record(scope, { tenantId: "other" })]))?.position;
    const unless = { since: toPosition(0), scopes: [KEY] };
    const head = await log.append([record(KEY)], { unless });
    expect(head?.position).toBe(stops ? undefined : 3);
    expect(since).toBe(2);
    expect(
      (await log.append([record(KEY)], { unless: { ...unless, since: toPosition(3) } }))?.position,
    ).toBe(stops ? 3 : 4);
  });

  test("of two in one transaction the first wins", async () => {
    await using bench = new Workbench();
    const { log } = await openLog(bench);
    const unless = { since: toPosition(0), scopes: [KEY] };
    const append = () => log.append([record(KEY)], { unless });
    expect(await Promise.all([append(), append()])).toEqual([
      expect.objectContaining({ position: 1 }),
      undefined,
    ]);
  });
});
