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

/** The smallest honest log: an array, seen by this process alone, that keeps every record until it is told to forget it. For tests, not for production. */
export function memoryLog(
  random: Pick<Random, "id"> = { id: () => crypto.randomUUID() },
): InvalidationLog {
  const logId = random.id();
  /** By position less one; `undefined`: forgotten. */
  const records: (LogRecord | undefined)[] = [];
  const known = (): LogRecord[] => records.filter((record) => record !== undefined);
  const waked = new Set<() => void>();
  const head = (): LogHead => ({ logId, position: toPosition(records.length) });
  const readNow = (from: LogHead): LogDelta => {
    const later = records.slice(from.position);
    const found = later.filter((record) => record !== undefined);
    return from.logId !== logId || from.position > records.length || found.length < later.length
      ? { type: "reset", head: head() }
      : { type: "records", head: head(), records: found };
  };
  const covered = (tenantId: string, since: number, scopes: readonly Scope[]): boolean =>
    records
      .slice(since)
      .some((r) => r?.tenantId === tenantId && scopes.some((scope) => covers(r.scope, scope)));
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
      return { head: head(), records: known() };
    },
    async forgetTenant(tenantId, before, call) {
      stopIfAborted(call);
      const own = (record: LogRecord | undefined): boolean => record?.tenantId === tenantId;
      const isCovered = records
        .slice(before - 1)
        .some((r) => own(r) && r?.scope.kind === "tenant" && r.mode === "hard");
      if (!isCovered) return;
      for (const [at, record] of records.slice(0, before - 1).entries())
        if (own(record)) records[at] = undefined;
    },
    readNow,
    session: () => ({
      read: async (from) => readNow(from),
      snapshot: async () => ({ head: head(), records: known() }),
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
