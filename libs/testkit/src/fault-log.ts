import type { InvalidationLog } from "@cogniverse/sdk";
import type { FaultScript } from "./fault-script.ts";

/**
 * Wraps a log so that a test can stop and fail its calls. `readNow` goes through untouched, since it is synchronous: give a log
 * without it where reads are to be stopped. Calls of `append` carry the tenant of their first record.
 */
export function faultLog(inner: InvalidationLog, faults: FaultScript): InvalidationLog {
  const readNow = inner.readNow?.bind(inner);
  const settled = inner.settled?.bind(inner);
  const watch = inner.watch?.bind(inner);
  return {
    // Asked each time, since it may grow with any answer.
    get leaseMs() {
      return inner.leaseMs;
    },
    ...(inner.sharesClock === undefined ? {} : { sharesClock: inner.sharesClock }),
    append: (records, options) =>
      faults.run(
        { op: "append", tenantId: records[0]?.tenantId, signal: options?.signal },
        ({ signal }) => inner.append(records, { ...options, signal }),
      ),
    head: (call) => faults.run({ op: "head", ...call }, ({ signal }) => inner.head({ signal })),
    read: (from, call) =>
      faults.run({ op: "read", ...call }, ({ signal }) => inner.read(from, { signal })),
    snapshot: (call) =>
      faults.run({ op: "snapshot", ...call }, ({ signal }) => inner.snapshot({ signal })),
    ...(readNow === undefined ? {} : { readNow }),
    ...(watch === undefined ? {} : { watch }),
    ...(settled === undefined
      ? {}
      : {
          settled: (head, call) =>
            faults.run({ op: "settled", ...call }, ({ signal }) => settled(head, { signal })),
        }),
  };
}
