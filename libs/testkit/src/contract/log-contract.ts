import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict";
import { CacheError } from "@cogniverse/sdk";
import { appendRules, unlessRules } from "./log-append-rules.ts";
import {
  LOG_HOOKS,
  type LogContractOptions,
  type LogFactory,
  type LogFixture,
  type LogHook,
  type LogRule,
} from "./log-fixture.ts";
import { forgetReopenRules, forgetRules, forgetSharedRules } from "./log-forget-rules.ts";
import { forgottenRules, leaseRules, lostAnswerRules } from "./log-outside-rules.ts";
import { readRules } from "./log-read-rules.ts";
import { append, readAll, record } from "./log-samples.ts";
import { sessionRules } from "./log-session-rules.ts";
import { sharedLogRules } from "./log-shared-rules.ts";
import { RuleBook } from "./rule-book.ts";
import type { Runner } from "./runner.ts";

/** The contract of an invalidation log as tests, one a rule. Rules of a hook are registered where it is said to be there. */
export function logContract(
  runner: Runner,
  name: string,
  factory: LogFactory,
  options: LogContractOptions = {},
): void {
  const { timeoutMs, deviations } = options;
  const book = new RuleBook(runner, { timeoutMs, deviations });
  book.describe(name, () => {
    logRules(book, factory, options);
    book.close();
  });
}

/** The rules of {@link logContract}, for a suite that they are part of. */
export function logRules(
  book: RuleBook,
  factory: LogFactory,
  options: Pick<LogContractOptions, "hooks" | "configurableLease" | "farBehind" | "forgets">,
): void {
  const rule: LogRule = (ruleName, check) => book.add(ruleName, factory, check);
  const can = (hook: LogHook): boolean => options.hooks?.includes(hook) ?? false;
  rule("the log's fixture has the hooks that are said and no other", async (fixture) => {
    deepEqual(
      LOG_HOOKS.filter((hook) => fixture[hook] !== undefined),
      LOG_HOOKS.filter(can),
    );
  });
  const forgets = options.forgets !== false;
  rule("a log says whether it forgets tenants", async ({ log }) => {
    equal(log.forgetTenant !== undefined, forgets);
  });
  appendRules(rule);
  unlessRules(rule);
  readRules(rule, options.farBehind ?? 2000);
  sessionRules(rule);
  if (can("close")) closedRule(rule);
  if (can("close") && can("reopen")) reopenRule(rule);
  if (can("another")) sharedLogRules(rule);
  if (forgets) forgetRules(rule, options.farBehind ?? 2000);
  if (forgets && can("another")) forgetSharedRules(rule);
  if (forgets && can("close") && can("reopen")) forgetReopenRules(rule);
  if (can("another") && options.configurableLease === true) leaseRules(rule);
  if (can("loseAnswer")) lostAnswerRules(rule);
  if (can("forget")) forgottenRules(rule, can("another"));
  rule("the id of a log is never another's", async ({ log }) => {
    const other = await factory();
    notEqual((await log.head()).logId, (await other.log.head()).logId);
    ok((await log.head()).logId !== "");
    await other[Symbol.asyncDispose]?.();
  });
}

function reopenRule(rule: LogRule): void {
  rule("a log opened again goes on where it ended", async (fixture) => {
    const head = await append(fixture.log, record("a"), record("b"));
    const before = await readAll(fixture.log);
    await fixture.close?.();
    const again = await reopened(fixture);
    deepEqual(await again.head(), head);
    deepEqual(await readAll(again), before);
    equal((await append(again, record("c"))).position, 3);
  });
}

function reopened(fixture: LogFixture): Promise<LogFixture["log"]> {
  if (fixture.reopen === undefined) throw new Error("The hook `reopen` is said and not there");
  return fixture.reopen();
}

function closedRule(rule: LogRule): void {
  rule("after close every call rejects with `closed`", async (fixture) => {
    const { log } = fixture;
    const head = await append(log, record("a"));
    await fixture.close?.();
    const isClosed = (error: unknown): boolean =>
      CacheError.isInstance(error) && error.code === "closed";
    await rejects(() => log.append([record("b")]), isClosed, "append");
    await rejects(() => log.head(), isClosed, "head");
    await rejects(() => log.read(head), isClosed, "read");
    await rejects(() => log.snapshot(), isClosed, "snapshot");
  });
}
