import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { CacheError, type Options } from "@cogniverse/sdk";
import { appendRules, unlessRules } from "./log-append-rules.ts";
import type { LogFactory, LogRule } from "./log-fixture.ts";
import { readRules } from "./log-read-rules.ts";
import { append, readAll, record } from "./log-samples.ts";
import type { Runner } from "./runner.ts";

/** The contract of an invalidation log as tests, one a rule. */
export function logContract(
  runner: Runner,
  name: string,
  factory: LogFactory,
  options: Options<{ timeoutMs: number }> = {},
): void {
  const rule: LogRule = (ruleName, check) =>
    runner.test(
      ruleName,
      async () => {
        const fixture = await factory();
        try {
          await check(fixture);
        } finally {
          await fixture[Symbol.asyncDispose]?.();
        }
      },
      options.timeoutMs ?? 20_000,
    );
  runner.describe(name, () => {
    appendRules(rule);
    unlessRules(rule);
    readRules(rule);
    restartRules(rule);
    rule("the id of a log is never another's", async ({ log }) => {
      const other = await factory();
      notEqual((await log.head()).logId, (await other.log.head()).logId);
      ok((await log.head()).logId !== "");
      await other[Symbol.asyncDispose]?.();
    });
  });
}

function restartRules(rule: LogRule): void {
  rule("a log opened again goes on where it ended", async (fixture) => {
    if (fixture.reopen === undefined) return;
    const head = await append(fixture.log, record("a"), record("b"));
    const before = await readAll(fixture.log);
    await fixture.close?.();
    const again = await fixture.reopen();
    deepEqual(await again.head(), head);
    deepEqual(await readAll(again), before);
    equal((await append(again, record("c"))).position, 3);
  });

  rule("after close every call rejects with `closed`", async (fixture) => {
    if (fixture.close === undefined) return;
    const { log } = fixture;
    const head = await append(log, record("a"));
    await fixture.close();
    const isClosed = (error: unknown): boolean =>
      CacheError.isInstance(error) && error.code === "closed";
    await rejects(() => log.append([record("b")]), isClosed, "append");
    await rejects(() => log.head(), isClosed, "head");
    await rejects(() => log.read(head), isClosed, "read");
    await rejects(() => log.snapshot(), isClosed, "snapshot");
  });
}
