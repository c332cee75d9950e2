import { deepEqual, equal, ok } from "node:assert/strict";
import type {
  InvalidationLog,
  LogHead,
  LogRecord,
  NewRecord,
  Position,
  Scope,
} from "@cogniverse/sdk";
import type { LogFixture, LogRule } from "./log-fixture.ts";
import { append, record } from "./log-samples.ts";
import { checkSays } from "./log-snapshot-rules.ts";

const WHOLE: NewRecord = { ...record(""), scope: { kind: "tenant" } };
const AFTER: NewRecord = { ...record(""), scope: { kind: "tag", value: "after" } };

/** What a log no longer says of a tenant that has a hard record on the whole of it. */
export function forgetRules(rule: LogRule, many: number): void {
  rule(
    "what is forgotten is in no snapshot, and nothing else is missing there",
    async ({ log }) => {
      const { all, before } = await written(log);
      await forget(log, before);
      await checkForgotten(log, all, before);
      // What a second one finds is what the first one left.
      await forget(log, before);
      await checkForgotten(log, all, before);
    },
  );

  rule("no read tells of what is forgotten, and none leaves a gap", async ({ log }) => {
    const { all, before } = await written(log);
    const { logId, position } = await log.head();
    await forget(log, before);
    for (let from = 0; from <= position; from++) {
      const delta = await log.read({ logId, position: from as Position });
      equal(delta.head.position, position);
      const wanted = all.slice(from);
      if (delta.type === "records") deepEqual(delta.records, wanted);
      else ok(from < before, `who has got to ${from} is told to begin anew`);
      if (delta.type === "records") ok(!wanted.some((one) => isGone(one, before)), `from ${from}`);
    }
  });

  rule(
    "nothing is forgotten that no later hard record on the whole tenant covers",
    async ({ log }) => {
      const soft = await append(log, record("a"), record("b"), { ...WHOLE, mode: "soft" });
      const snapshot = await log.snapshot();
      await forget(log, soft.position);
      deepEqual(await log.snapshot(), snapshot);
      const { position } = await append(log, WHOLE, record("c"));
      const later = await log.snapshot();
      await forget(log, position);
      deepEqual(await log.snapshot(), later);
      deepEqual((await log.read(soft)).type, "records");
    },
  );

  rule(
    "who puts after a tenant was forgotten still gives way to the record that covers it",
    async ({ log }) => {
      const { before } = await written(log);
      await forget(log, before);
      const { logId } = await log.head();
      const unless = { since: 1 as Position, scopes: [scopeOf("t0")] };
      equal(await log.append([record("t0")], { unless }), undefined);
      const since = (await log.head()).position;
      const head = await log.append([record("t0")], { unless: { ...unless, since } });
      deepEqual(head?.logId, logId);
      deepEqual(head?.position, since + 1);
    },
  );

  rule("a tenant is forgotten while others append and read", async ({ log }) => {
    const all: NewRecord[] = Array.from({ length: many }, (_, n) => record(`k/${n}`));
    for (let at = 0; at < many; at += 100) await append(log, ...all.slice(at, at + 100));
    const { position } = await append(log, WHOLE);
    const others = Array.from({ length: 32 }, (_, n) => ({ ...record(`${n}`), tenantId: "u" }));
    const [, snapshot, ...heads] = await Promise.all([
      forget(log, position),
      log.snapshot(),
      ...others.map((one) => append(log, one)),
      forget(log, position),
    ]);
    const places = heads.flatMap((head) => head?.position ?? []).toSorted((a, b) => a - b);
    deepEqual(
      places,
      others.map((_, n) => position + 1 + n),
    );
    ok(snapshot.head.position < position || snapshot.records.some(isWhole), "it covers nothing");
    const after = await log.snapshot();
    deepEqual(
      after.records.map((one) => one.position),
      [position, ...places],
    );
  });
}

/** The same for what other nodes and later processes see. */
export function forgetSharedRules(rule: LogRule): void {
  rule("what one node forgets another does not find, and may forget too", async (fixture) => {
    const { log } = fixture;
    const other = await another(fixture);
    const { all, before } = await written(log);
    await other.snapshot();
    await Promise.all([forget(log, before), forget(other, before)]);
    for (const one of [log, other]) await checkForgotten(one, all, before);
  });
}

/** The same for what is there after a restart. */
export function forgetReopenRules(rule: LogRule): void {
  rule("what is forgotten stays so when the log is opened again", async (fixture) => {
    const { all, before } = await written(fixture.log);
    await forget(fixture.log, before);
    await fixture.close?.();
    if (fixture.reopen === undefined) throw new Error("The hook `reopen` is said and not there");
    await checkForgotten(await fixture.reopen(), all, before);
  });
}

type Written = Readonly<{ all: readonly LogRecord[]; before: Position }>;

/** Records of some tenants on every kind of scope, then one that covers all of "t", and some more. */
async function written(log: InvalidationLog): Promise<Written> {
  const news: NewRecord[] = [{ ...WHOLE, reason: "before" }, AFTER];
  for (const [n, digest] of ["aa", "bb", undefined, "bb"].entries())
    for (const tenantId of ["t", "t.", "t:1", "T", "u"])
      for (const scope of [
        scopeOf(`t${n % 2}`),
        { kind: "prefix", value: "t/" },
        { kind: "glob", value: "*/t" },
        { kind: "tag", value: "t" },
      ] satisfies Scope[])
        news.push({
          ...record(""),
          tenantId,
          scope,
          mode: n === 2 ? "soft" : "hard",
          ...(digest === undefined ? {} : { digest: digest.repeat(32) }),
        });
  news.push({ ...WHOLE, mode: "soft" });
  await append(log, ...news);
  const head: LogHead = await append(
    log,
    WHOLE,
    AFTER,
    { ...record("a"), tenantId: "u" },
    record("t0"),
  );
  const all = [...news, WHOLE, AFTER, { ...record("a"), tenantId: "u" }, record("t0")];
  const first = head.position - all.length;
  // Given places one after the other; another rule says so.
  const placed = all.map((one, n) => ({ ...one, position: (first + n + 1) as Position }));
  return { all: placed, before: (head.position - 3) as Position };
}

async function checkForgotten(
  log: InvalidationLog,
  all: readonly LogRecord[],
  before: Position,
): Promise<void> {
  const { head, records } = await log.snapshot();
  equal(head.position, all.at(-1)?.position);
  deepEqual(
    records.filter((one) => isGone(one, before)),
    [],
  );
  checkSays(
    records,
    all.filter((one) => !isGone(one, before)),
  );
}

function isGone({ tenantId, position }: LogRecord, before: Position): boolean {
  return tenantId === "t" && position < before;
}

function isWhole({ scope, mode }: LogRecord): boolean {
  return scope.kind === "tenant" && mode === "hard";
}

function scopeOf(value: string): Scope {
  return { kind: "key", value };
}

async function forget(log: InvalidationLog, before: Position): Promise<void> {
  if (log.forgetTenant === undefined)
    throw new Error("The log forgets nothing: say `forgets: false`");
  await log.forgetTenant("t", before);
}

function another(fixture: LogFixture): Promise<InvalidationLog> {
  if (fixture.another === undefined) throw new Error("The hook `another` is said and not there");
  return fixture.another();
}
