import {
  START,
  toPosition,
  type AppendOptions,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogRecord,
  type LogSnapshot,
  type NewRecord,
  type Position,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";
import { scopeId } from "../keys/scope-id.ts";

/** So many records are kept to answer `read`; older ones live on in the snapshot. */
const TAIL_RECORDS = 4096;

/**
 * The log of a cache without a durable tier: as short-lived as the copies it kills. Its id is new with each process, so that
 * copies which outlived it are dead.
 */
export class MemoryLog implements InvalidationLog {
  /** Nobody else can read or write this log. */
  readonly leaseMs = 0;
  readonly sharesClock = true;
  readonly #logId: string;
  #position = START;
  #tail: LogRecord[] = [];
  /** By tenant and scope the last record, the last of each mode, and the last of other content; all that a snapshot needs. */
  readonly #last = new Map<string, LogRecord>();

  constructor(logId: string) {
    this.#logId = logId;
  }

  append(records: readonly NewRecord[], options?: AppendOptions): Promise<LogHead | undefined> {
    if (options?.signal?.aborted === true) return Promise.reject(options.signal.reason);
    const { unless } = options ?? {};
    if (unless !== undefined && this.#covered(records[0]?.tenantId, unless))
      return Promise.resolve(undefined);
    for (const record of records) {
      this.#position = toPosition(this.#position + 1);
      this.#keep({ ...record, position: this.#position });
    }
    return Promise.resolve(this.#head());
  }

  head(): Promise<LogHead> {
    return Promise.resolve(this.#head());
  }

  read(from: LogHead): Promise<LogDelta> {
    return Promise.resolve(this.readNow(from));
  }

  readNow(from: LogHead): LogDelta {
    const head = this.#head();
    const missing = head.position - from.position;
    if (from.logId !== this.#logId || missing > this.#tail.length || missing < 0)
      return { type: "reset", head };
    return { type: "records", head, records: missing === 0 ? [] : this.#tail.slice(-missing) };
  }

  snapshot(): Promise<LogSnapshot> {
    const records = [...new Set(this.#last.values())].sort((a, b) => a.position - b.position);
    return Promise.resolve({ head: this.#head(), records });
  }

  forgetTenant(tenantId: string, before: Position): Promise<void> {
    const own = [...this.#last].filter(([, record]) => record.tenantId === tenantId);
    const isCovered = own.some(
      ([, { scope, mode, position }]) =>
        scope.kind === "tenant" && mode === "hard" && position >= before,
    );
    if (!isCovered) return Promise.resolve();
    this.#tail = this.#tail.filter(({ position }) => position >= before);
    for (const [id, { position }] of own) if (position < before) this.#last.delete(id);
    return Promise.resolve();
  }

  #head(): LogHead {
    return { logId: this.#logId, position: this.#position };
  }

  #keep(record: LogRecord): void {
    this.#tail.push(record);
    if (this.#tail.length > 2 * TAIL_RECORDS) this.#tail = this.#tail.slice(-TAIL_RECORDS);
    const id = `${record.tenantId} ${scopeId(record.scope)}`;
    const last = this.#last.get(`last ${id}`);
    if (last !== undefined && (record.digest === undefined || record.digest !== last.digest))
      this.#last.set(`other ${id}`, last);
    this.#last.set(`last ${id}`, record);
    this.#last.set(`${record.mode} ${id}`, record);
  }

  #covered(tenantId: string | undefined, unless: NonNullable<AppendOptions["unless"]>): boolean {
    const later = (r: LogRecord): boolean => r.tenantId === tenantId && r.position > unless.since;
    const pool =
      this.#position - unless.since <= this.#tail.length ? this.#tail : this.#last.values();
    for (const record of pool) {
      if (later(record) && unless.scopes.some((scope) => covers(record.scope, scope))) return true;
    }
    return false;
  }
}
