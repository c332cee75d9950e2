import { deepEqual, equal, ok } from "node:assert/strict";
import type { InvalidationLog, LogRecord, NewRecord } from "@cogniverse/sdk";
import type { LogRule } from "./log-fixture.ts";
import { append, numbers, readAll, record } from "./log-samples.ts";

/** A snapshot may say more than it must; never less, and nothing that was not appended. */
export function snapshotRules(rule: LogRule): void {
  rule("a snapshot says the last record of each mode, tenant and scope", async ({ log }) => {
    const written: NewRecord[] = numbers().map((n) => ({
      ...record(`${n % 5}`),
      tenantId: n % 2 === 0 ? "t" : "u",
      mode: n % 3 === 0 ? "soft" : "hard",
    }));
    await append(log, ...written, { ...record(""), scope: { kind: "tenant" } });
    await checkSnapshot(log);
  });

  rule(
    "a snapshot says the last record of another content than the very last one's",
    async ({ log }) => {
      const contents = ["aa", "bb", undefined, "bb", "cc", "cc", "bb", "bb"];
      for (const key of ["a", "b", "c"])
        for (const [n, digest] of contents.entries())
          await append(log, {
            ...record(key),
            ...(digest === undefined ? {} : { digest: digest.repeat(32) }),
            mode: key === "b" && n % 2 === 0 ? "soft" : "hard",
            ...(key === "c" ? { fill: true } : {}),
          });
      for (const digest of ["aa", "bb", "bb"]) await append(log, { ...record("d"), digest });
      await checkSnapshot(log);
    },
  );

  rule("a snapshot of an empty log is empty, and its head can be read from", async ({ log }) => {
    const { head, records } = await log.snapshot();
    deepEqual(records, []);
    const next = await append(log, record("a"));
    const delta = await log.read(head);
    ok(delta.type === "records");
    deepEqual([delta.head, delta.records.length], [next, 1]);
  });
}

async function checkSnapshot(log: InvalidationLog): Promise<void> {
  const all = await readAll(log);
  const { head, records } = await log.snapshot();
  deepEqual(head, await log.head());
  const positions = records.map(({ position }) => position);
  deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  );
  checkSays(records, all);
}

/** That `records` say what `all` say, which holds every record that they may tell of: word for word, and each that is needed. */
export function checkSays(records: readonly LogRecord[], all: readonly LogRecord[]): void {
  const known = new Map<number, LogRecord>(all.map((one) => [one.position, one]));
  for (const said of records) deepEqual(said, known.get(said.position));
  const said = new Set<number>(records.map(({ position }) => position));
  for (const needed of neededOf(all))
    equal(said.has(needed.position), true, `${JSON.stringify(needed)} is missing`);
}

/** Of each tenant and scope the last record of each mode, and the last one whose digest is not that of the very last. */
function neededOf(all: readonly LogRecord[]): readonly LogRecord[] {
  const groups = new Map<string, LogRecord[]>();
  for (const one of all) {
    const id = JSON.stringify([one.tenantId, one.scope]);
    groups.set(id, [...(groups.get(id) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const last = group.at(-1);
    const needed = [
      group.findLast(({ mode }) => mode === "hard"),
      group.findLast(({ mode }) => mode === "soft"),
      group.findLast(({ digest }) => digest !== last?.digest),
    ];
    return needed.filter((one) => one !== undefined);
  });
}
