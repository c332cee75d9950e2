import { deepEqual, equal } from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type InvalidationLog, type LogHead, type LogSession, START } from "@cogniverse/sdk";
import { settle } from "../settle.ts";
import type { LogRule } from "./log-fixture.ts";
import { append, record } from "./log-samples.ts";

/** Longer than any storage takes for an answer. */
const PATIENCE_MS = 30_000;

/** What holds for every log that has sessions and is read by others than this process. Where only D tells, nothing is to be waited for. */
export function sessionRules(rule: LogRule): void {
  rule("a session reads what the log does, and so does another one", async ({ log }) => {
    if (log.session === undefined) return;
    await using first = log.session();
    await using second = log.session();
    const head = await append(log, record("a"), record("b"));
    for (const session of [first, second, first]) {
      const start = { ...head, position: START };
      for (const from of [start, head, { ...start, logId: "another" }])
        deepEqual(await session.read(from), await log.read(from));
      deepEqual(await session.snapshot(), await log.snapshot());
    }
  });

  rule("an acknowledgement waits for a session that lags, until it says what it has applied", (f) =>
    whileOneLags(f.log, 1, async (lagging, head) => lagging.applied(head)),
  );

  rule("an acknowledgement waits for a session that lags, until it is given back", (f) =>
    whileOneLags(f.log, 0, async (lagging) => lagging[Symbol.asyncDispose]()),
  );
}

/** Who reads a log by a session of its own. */
class Reader implements AsyncDisposable {
  readonly session: LogSession;
  readonly #log: InvalidationLog;
  #from: LogHead | undefined;

  constructor(log: InvalidationLog, session: LogSession) {
    this.#log = log;
    this.session = session;
  }

  /** Comes level with the log, and says so. */
  async beat(): Promise<void> {
    const delta = this.#from && (await this.session.read(this.#from));
    const { head } = delta?.type === "records" ? delta : await this.session.snapshot();
    this.#from = head;
    this.session.applied(head);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
  }

  /** As {@link LogSession.settled}; `undefined` also where it is not told within D. */
  async settledInLease(head: LogHead): Promise<number | undefined> {
    const signal = AbortSignal.timeout(Math.max(1, this.#log.leaseMs));
    try {
      return await this.session.settled(head, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }
}

/** `end` is what ends the lagging; `others` who are then counted. */
async function whileOneLags(
  log: InvalidationLog,
  others: number,
  end: (lagging: LogSession, head: LogHead) => Promise<void>,
): Promise<void> {
  // A log of D = 0 is read by this process alone, in the step in which it is written.
  if (log.session === undefined || log.leaseMs === 0) return;
  await using first = new Reader(log, log.session());
  await using second = new Reader(log, log.session());
  if (!(await areShort(log, first, second))) return;
  for (;;) {
    const start = performance.now();
    for (const reader of [first, second]) await reader.beat();
    const head = await append(log, record("a"));
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const waiting = first.session.settled(head, { signal });
    const early = await Promise.race([waiting, aWhile(log)]);
    // Who has not read for so long may count as gone.
    if (performance.now() - start < log.leaseMs / 2) {
      equal(early, "waits", "it did not wait for a session that had not applied the record");
      await end(second.session, head);
      return equal(await waiting, others);
    }
    second.session.applied(head);
    await waiting;
  }
}

/** Whether acknowledgements come without waiting for D, if not at once then after D. */
async function areShort(log: InvalidationLog, first: Reader, second: Reader): Promise<boolean> {
  const until = performance.now() + 2 * log.leaseMs + 1000;
  for (;;) {
    const head = await append(log, record("a"));
    for (const reader of [first, second]) await reader.beat();
    if ((await first.settledInLease(head)) !== undefined) return true;
    if (performance.now() > until) return false;
    await delay(log.leaseMs / 10);
  }
}

/** So long that an answer which is on its way has come. */
async function aWhile(log: InvalidationLog): Promise<"waits"> {
  for (let n = 0; n < 5; n++) {
    await settle();
    await log.head();
  }
  return "waits";
}
