import type { InvalidationLog, LogSession } from "@cogniverse/sdk";
import type { FaultScript } from "./fault-script.ts";

/**
 * Wraps a log and its sessions so that a test can stop and fail their calls; a session's reads count as the log's own. `readNow` goes through untouched,
 * since it is synchronous: give a log without it where reads are to be stopped. Calls of `append` carry the tenant of their first record.
 */
export function faultLog(inner: InvalidationLog, faults: FaultScript): InvalidationLog {
  const readNow = inner.readNow?.bind(inner);
  const session = inner.session?.bind(inner);
  const changeShortCut = inner.changeShortCut?.bind(inner);
  const forgetTenant = inner.forgetTenant?.bind(inner);
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
    ...(session === undefined ? {} : { session: () => faultSession(session(), faults) }),
    ...(changeShortCut === undefined
      ? {}
      : {
          changeShortCut: (edit, call) =>
            faults.run({ op: "changeShortCut", ...call }, ({ signal }) =>
              changeShortCut(edit, { signal }),
            ),
        }),
    ...(forgetTenant === undefined
      ? {}
      : {
          forgetTenant: (tenantId, before, call) =>
            faults.run({ op: "forgetTenant", tenantId, ...call }, ({ signal }) =>
              forgetTenant(tenantId, before, { signal }),
            ),
        }),
  };
}

function faultSession(inner: LogSession, faults: FaultScript): LogSession {
  const readNow = inner.readNow?.bind(inner);
  const watch = inner.watch?.bind(inner);
  const announce = inner.announce?.bind(inner);
  return {
    read: (from, call) =>
      faults.run({ op: "read", ...call }, ({ signal }) => inner.read(from, { signal })),
    snapshot: (call) =>
      faults.run({ op: "snapshot", ...call }, ({ signal }) => inner.snapshot({ signal })),
    ...(readNow === undefined ? {} : { readNow }),
    applied: (head) => inner.applied(head),
    ...(announce === undefined ? {} : { announce }),
    settled: (head, call) =>
      faults.run({ op: "settled", ...call }, ({ signal }) => inner.settled(head, { signal })),
    ...(watch === undefined ? {} : { watch }),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}
