import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { CacheError, type InvalidationLog, type LogHead, START } from "@cogniverse/sdk";
import type { LogFixture, LogRule } from "./log-fixture.ts";
import { append, readAll, record, valueOf } from "./log-samples.ts";
import { anotherLog } from "./log-shared-rules.ts";

/** D where nodes are configured differently. */
export function leaseRules(rule: LogRule): void {
  rule("the D of a log is the greatest that a node of it was given", async (fixture) => {
    const { log } = fixture;
    await append(log, record("a"));
    const own = log.leaseMs;
    const patient = await anotherLog(fixture, { leaseMs: own * 3 });
    await append(patient, record("b"));
    ok(patient.leaseMs >= own * 3, `a node of ${own * 3} ms takes ${patient.leaseMs}`);
    await append(log, record("c"));
    ok(log.leaseMs >= own * 3, `an append's answer left D at ${log.leaseMs} ms`);
    const hasty = await anotherLog(fixture, { leaseMs: Math.max(1, own / 2) });
    await hasty.head();
    ok(hasty.leaseMs >= own * 3, `a node of less takes ${hasty.leaseMs} ms`);
  });
}

/** An append that was done and whose writer was not told. */
export function lostAnswerRules(rule: LogRule): void {
  rule("an append whose answer was lost is there once", async (fixture) => {
    const { log } = fixture;
    await append(log, record("a"));
    await fixture.loseAnswer?.();
    const told = await toldOf(log.append([record("b"), record("c")]));
    await append(log, record("d"));
    deepEqual(
      (await readAll(log)).map(({ scope }) => valueOf(scope)),
      ["a", "b", "c", "d"],
    );
    if (told !== "failed") equal(told?.position, 3);
  });

  rule("an append whose answer was lost does not give way to itself", async (fixture) => {
    const { log } = fixture;
    const { position } = await append(log, record("a"));
    const unless = { since: position, scopes: [{ kind: "key", value: "b" } as const] };
    await fixture.loseAnswer?.();
    const told = await toldOf(log.append([record("b")], { unless }));
    notEqual(told, undefined, "it took its own record for another's");
    equal((await log.head()).position, 2);
  });
}

/** The storage was taken away below the log. */
export function forgottenRules(rule: LogRule, shared: boolean): void {
  rule("a log whose storage was wiped is another log", async (fixture) => {
    const { log } = fixture;
    const old = await append(log, record("a"), record("b"));
    await fixture.forget?.();
    const fresh = await log.head();
    notEqual(fresh.logId, old.logId);
    equal(fresh.position, START);
    equal((await log.read(old)).type, "reset");
    equal((await append(log, record("c"))).position, 1);
    deepEqual(
      (await readAll(log)).map(({ scope }) => valueOf(scope)),
      ["c"],
    );
  });

  rule("an append to a storage that was wiped speaks in the new log alone", async (fixture) => {
    const { log } = fixture;
    const old = await append(log, record("a"), record("b"));
    await fixture.forget?.();
    const told = await toldOf(log.append([record("c")]));
    const head = await log.head();
    notEqual(head.logId, old.logId);
    if (told !== "failed") deepEqual(told, head);
    equal(head.position, told === "failed" ? START : 1);
  });

  if (!shared) return;
  rule("after a wipe two nodes agree on one new log", async (fixture) => {
    const second = await anotherLog(fixture);
    const old = await append(second, record("a"));
    deepEqual(await fixture.log.head(), old);
    await fixture.forget?.();
    const heads = await Promise.all([headOf(fixture), second.head()]);
    deepEqual(heads[0], heads[1]);
    notEqual(heads[0].logId, old.logId);
  });
}

function headOf(fixture: LogFixture): Promise<LogHead> {
  return fixture.log.head();
}

/** What an append answers, or `failed` where it rejects as a log may that cannot know. */
async function toldOf(
  appended: ReturnType<InvalidationLog["append"]>,
): Promise<LogHead | undefined | "failed"> {
  try {
    return await appended;
  } catch (error) {
    ok(CacheError.isInstance(error), `the append rejects with ${String(error)}`);
    return "failed";
  }
}
