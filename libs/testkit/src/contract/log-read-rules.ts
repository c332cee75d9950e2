import { deepEqual, equal, ok } from "node:assert/strict";
import { type LogHead, type LogRecord, type NewRecord, START, toPosition } from "@cogniverse/sdk";
import { settle } from "../settle.ts";
import type { LogRule } from "./log-fixture.ts";
import { append, numbers, readAll, record, valueOf } from "./log-samples.ts";

export function readRules(rule: LogRule): void {
  rule(
    "a read gives what came after, in order and without a gap, up to its head",
    async ({ log }) => {
      const { logId } = await append(log, ...numbers().map((n) => record(`${n}`)));
      for (const from of [0, 1, 40, 63, 64]) {
        const delta = await log.read({ logId, position: toPosition(from) });
        ok(delta.type === "records");
        equal(delta.head.position, 64);
        deepEqual(
          delta.records.map((r) => r.position),
          numbers()
            .slice(from)
            .map((n) => n + 1),
        );
      }
    },
  );

  rule("readers during appends miss nothing and see nothing twice", async ({ log }) => {
    const seen: number[] = [];
    let from: LogHead = { logId: (await log.head()).logId, position: START };
    const follow = async (): Promise<void> => {
      const delta = await log.read(from);
      ok(delta.type === "records");
      seen.push(...delta.records.map((r) => r.position));
      equal(delta.head.position, seen.length);
      from = delta.head;
    };
    for (let i = 0; i < 50; i++) {
      const appends = [append(log, record(`${i}`)), append(log, record("x"), record("y"))];
      await follow();
      await settle(1);
      await follow();
      await Promise.all(appends);
    }
    await follow();
    deepEqual(
      seen,
      Array.from({ length: 150 }, (_, i) => i + 1),
    );
  });

  rule("a read from another log, or from ahead of this one, is a reset", async ({ log }) => {
    const head = await append(log, record("a"));
    for (const from of [
      { logId: "another", position: START },
      { logId: "", position: START },
      { logId: head.logId, position: toPosition(2) },
    ])
      deepEqual(await log.read(from), { type: "reset", head });
  });

  rule("a snapshot says the last record of each mode, tenant and scope", async ({ log }) => {
    const written: NewRecord[] = numbers().map((n) => ({
      ...record(`${n % 5}`),
      tenantId: n % 2 === 0 ? "t" : "u",
      mode: n % 3 === 0 ? "soft" : "hard",
    }));
    const head = await append(log, ...written, { ...record(""), scope: { kind: "tenant" } });
    const { head: upTo, records } = await log.snapshot();
    deepEqual(upTo, head);
    deepEqual(lastOfEach(records), lastOfEach(await readAll(log)));
  });

  rule("readNow, settled and watch, where they are there, agree with the rest", async ({ log }) => {
    const watching = log.watch?.(() => undefined);
    const head = await append(log, record("a"), record("b"));
    const start = { logId: head.logId, position: START };
    if (log.readNow) deepEqual(log.readNow(start), await log.read(start));
    if (log.readNow) equal(log.readNow({ ...start, logId: "another" }).type, "reset");
    const nodes = (await log.settled?.(head)) ?? 0;
    ok(Number.isSafeInteger(nodes) && nodes >= 0);
    ok(Number.isFinite(log.leaseMs) && log.leaseMs >= 0);
    watching?.[Symbol.dispose]();
  });
}

function lastOfEach(records: readonly LogRecord[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { tenantId, scope, mode, position } of records) {
    const id = JSON.stringify([tenantId, scope.kind, valueOf(scope), mode]);
    last.set(id, Math.max(last.get(id) ?? 0, position));
  }
  return new Map([...last].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
