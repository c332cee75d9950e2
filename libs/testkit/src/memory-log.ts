import {
  type Call,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogRecord,
  type Random,
  type Scope,
  toPosition,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";

/** The smallest honest log: an array, seen by this process alone, that keeps every record. For tests, not for production. */
export function memoryLog(
  random: Pick<Random, "id"> = { id: () => crypto.randomUUID() },
): InvalidationLog {
  const logId = random.id();
  const records: LogRecord[] = [];
  const waked = new Set<() => void>();
  const head = (): LogHead => ({ logId, position: toPosition(records.length) });
  const readNow = (from: LogHead): LogDelta =>
    from.logId !== logId || from.position > records.length
      ? { type: "reset", head: head() }
      : { type: "records", head: head(), records: records.slice(from.position) };
  const covered = (tenantId: string, since: number, scopes: readonly Scope[]): boolean =>
    records
      .slice(since)
      .some((r) => r.tenantId === tenantId && scopes.some((scope) => covers(r.scope, scope)));
  return {
    leaseMs: 0,
    async append(added, options) {
      stopIfAborted(options);
      const tenantId = added[0]?.tenantId;
      const unless = options?.unless;
      if (unless !== undefined && tenantId !== undefined)
        if (covered(tenantId, unless.since, unless.scopes)) return undefined;
      for (const record of added)
        records.push({ ...record, position: toPosition(records.length + 1) });
      for (const wake of waked) wake();
      return head();
    },
    async head(call) {
      stopIfAborted(call);
      return head();
    },
    async read(from, call) {
      stopIfAborted(call);
      return readNow(from);
    },
    async snapshot(call) {
      stopIfAborted(call);
      return { head: head(), records: [...records] };
    },
    readNow,
    session: () => ({
      read: async (from) => readNow(from),
      snapshot: async () => ({ head: head(), records: [...records] }),
      readNow,
      applied: () => undefined,
      settled: () => Promise.resolve(0),
      watch(wake) {
        waked.add(wake);
        return { [Symbol.dispose]: () => void waked.delete(wake) };
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
}

function stopIfAborted(call: Call | undefined): void {
  call?.signal?.throwIfAborted();
}
