import { deepEqual, equal, ok } from "node:assert/strict";
import { type LogHead, plainSession, START, toPosition } from "@cogniverse/sdk";
import { settle } from "../settle.ts";
import type { LogRule } from "./log-fixture.ts";
import { snapshotRules } from "./log-snapshot-rules.ts";
import { append, numbers, record, valueOf } from "./log-samples.ts";

export function readRules(rule: LogRule, farBehind: number): void {
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

  snapshotRules(rule);
  farBehindRule(rule, farBehind);

  rule("readNow and a session, where they are there, agree with the rest", async ({ log }) => {
    await using session = log.session?.() ?? plainSession(log);
    const watching = session.watch?.(() => undefined);
    const head = await append(log, record("a"), record("b"));
    const start = { logId: head.logId, position: START };
    if (log.readNow) deepEqual(log.readNow(start), await log.read(start));
    if (log.readNow) equal(log.readNow({ ...start, logId: "another" }).type, "reset");
    deepEqual(await session.read(start), await log.read(start));
    deepEqual(await session.snapshot(), await log.snapshot());
    if (session.readNow) deepEqual(session.readNow(start), await log.read(start));
    session.applied(head);
    const nodes = (await session.settled(head)) ?? 0;
    ok(Number.isSafeInteger(nodes) && nodes >= 0);
    ok(Number.isFinite(log.leaseMs) && log.leaseMs >= 0);
    watching?.[Symbol.dispose]();
  });
}

/** What a node does that knows nothing: it reads, and where that is a reset it loads a snapshot and reads from there. */
function farBehindRule(rule: LogRule, farBehind: number): void {
  rule(`a reader ${farBehind} records behind comes level`, async ({ log }) => {
    const { logId } = await log.head();
    let appended = 0;
    const more = async (): Promise<void> => {
      const next = Array.from({ length: 100 }, (_, i) => record(`${appended + i}`));
      appended = (await append(log, ...next)).position;
    };
    for (let n = 0; n < farBehind; n += 100) await more();
    const known = new Set<string>();
    let from: LogHead = { logId, position: START };
    for (let round = 0; round < 2; round++) {
      let delta = await log.read(from);
      if (delta.type === "reset") {
        deepEqual(placeOf(delta.head), { logId, position: appended });
        const snapshot = await log.snapshot();
        for (const { scope } of snapshot.records) known.add(valueOf(scope));
        await more();
        delta = await log.read(snapshot.head);
      }
      ok(delta.type === "records", "a read from a snapshot's head is a reset again");
      for (const { scope } of delta.records) known.add(valueOf(scope));
      from = delta.head;
      deepEqual(placeOf(from), { logId, position: appended });
      equal(known.size, appended);
      await more();
    }
  });
}

/** A log may say more of a head than its place. */
function placeOf({ logId, position }: LogHead): LogHead {
  return { logId, position };
}
