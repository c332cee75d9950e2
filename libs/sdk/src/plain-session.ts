import type { InvalidationLog, LogSession } from "./invalidation-log.ts";

/** The session of a reader by a log that knows no sessions: it only reads, and nothing but the passing of D tells that others have done so. */
export function plainSession(log: InvalidationLog): LogSession {
  const readNow = log.readNow?.bind(log);
  return {
    read: (from, call) => log.read(from, call),
    snapshot: (call) => log.snapshot(call),
    ...(readNow === undefined ? {} : { readNow }),
    applied: () => undefined,
    settled: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
