import { plainSession, type InvalidationLog, type LogHead } from "@cogniverse/sdk";
import { memoryLog } from "@cogniverse/testkit";

/** D of the logs that tests share between nodes. */
export const LEASE_MS = 200;

/** One log for several nodes in one process, as a server would keep it for several processes. */
export interface SharedLog {
  readonly log: InvalidationLog;
  /** Loses everything: another log, with another id, answers from now on. */
  replace(): void;
}

/** What is known of other nodes: left out, only the passing of D tells that a record is everywhere. */
export interface SharedLogOptions {
  readonly leaseMs?: number;
  readonly sharesClock?: boolean;
  readonly settled?: (head: LogHead) => Promise<number | undefined>;
}

/** Reads always go through promises, so that tests can stop them. */
export function sharedLog(options: SharedLogOptions = {}): SharedLog {
  let inner = memoryLog();
  const { settled, sharesClock } = options;
  const log: InvalidationLog = {
    leaseMs: options.leaseMs ?? LEASE_MS,
    append: (records, how) => inner.append(records, how),
    head: (call) => inner.head(call),
    read: (from, call) => inner.read(from, call),
    snapshot: (call) => inner.snapshot(call),
    forgetTenant: async (tenantId, before, call) => inner.forgetTenant?.(tenantId, before, call),
    ...(sharesClock === undefined ? {} : { sharesClock }),
    ...(settled === undefined
      ? {}
      : { session: () => ({ ...plainSession(log), settled: (head: LogHead) => settled(head) }) }),
  };
  return { log, replace: () => void (inner = memoryLog()) };
}
