import {
  toPosition,
  type LogHead,
  type LogRecord,
  type NewRecord,
  type Position,
  type Scope,
} from "@cogniverse/sdk";
import { covers } from "@cogniverse/sdk/keys";
import type { Environment, Table } from "../environment.ts";
import {
  decodeBounds,
  decodeRecordRow,
  decodeScopeRow,
  encodeBounds,
  encodeJson,
  lastAny,
  recordsOf,
  positionKey,
  scopeKey,
  tenantRange,
  without,
  withRecord,
  type LogBounds,
  type ScopeRow,
} from "./log-rows.ts";

/** Records that `read` can go back over. Further back, the reader loads a snapshot. */
const TAIL_RECORDS = 65_536;
/** Records that a condition looks at one by one; above it the table of scopes is quicker. */
const FEW_RECORDS = 1024;
/** Old records removed by one append at most, beside as many as it adds. */
const TRIM_RECORDS = 64;

const BOUNDS = Buffer.from("bounds");
const LOG_ID = Buffer.from("log-id");
const RIPE = Buffer.from("ripe");

/** When nothing is to be appended; see `AppendOptions.unless`. */
export type Unless = Readonly<{ since: Position; scopes: readonly Scope[] }>;

/** Records of some scopes, and the key of the last one of these. */
export type SummaryPart = Readonly<{ records: readonly LogRecord[]; next: Buffer | undefined }>;

/**
 * The tables of the log: the last records one by one, and for each scope that was ever named its last record of each mode. Calls
 * that write belong inside a transaction.
 */
export class LogStore {
  readonly logId: string;
  readonly #meta: Table;
  readonly #records: Table;
  readonly #scopes: Table;
  readonly #tail: number;

  /** `newLogId`: the id of the log if this directory has none yet. */
  constructor(environment: Environment, newLogId: () => string, tail: number = TAIL_RECORDS) {
    this.#meta = environment.table("meta");
    this.#records = environment.table("records");
    this.#scopes = environment.table("scopes");
    this.#tail = tail;
    environment.refresh();
    const id =
      this.#meta.getBinary(LOG_ID) ??
      environment.transact(() => this.#create(newLogId()), "before");
    this.logId = id.toString("utf8");
  }

  head(): LogHead {
    return { logId: this.logId, position: this.#bounds().head };
  }

  /** `undefined`: the condition was met, nothing was appended. */
  append(records: readonly NewRecord[], unless: Unless | undefined): LogHead | undefined {
    const bounds = this.#bounds();
    const tenantId = records[0]?.tenantId;
    if (unless !== undefined && tenantId !== undefined && this.#touched(tenantId, unless, bounds))
      return undefined;
    let position = bounds.head;
    for (const record of records) {
      position = toPosition(position + 1);
      this.#add({ ...record, position });
    }
    const first = this.#trim(bounds.first, position, records.length);
    this.#meta.putSync(BOUNDS, encodeBounds({ head: position, first }));
    return { logId: this.logId, position };
  }

  /** All after `from`, in order; `undefined` where the tail does not reach back that far, or `from` is not of this log. */
  after(from: LogHead): readonly LogRecord[] | undefined {
    const { head, first } = this.#bounds();
    if (from.logId !== this.logId || from.position > head || from.position < first - 1)
      return undefined;
    if (from.position === head) return [];
    return this.#range(from.position, head);
  }

  /**
   * Of so many scopes behind `scope`, in the order of their keys, the last record of each mode, and the last of other content. `undefined`: from the first
   * on, or no more behind it.
   */
  summary(scope: Buffer | undefined, most: number): SummaryPart {
    const records: LogRecord[] = [];
    let next: Buffer | undefined;
    let rows = 0;
    const from = scope === undefined ? {} : { start: scope, exclusiveStart: true };
    for (const { key, value } of this.#scopes.getRange({ ...from, limit: most })) {
      records.push(...recordsOf(decodeScopeRow(value)));
      next = Buffer.from(key);
      rows++;
    }
    return { records, next: rows < most ? undefined : next };
  }

  /** Whether a hard record on the whole tenant stands at `before` or later, so that nothing below it says more. */
  isCovered(tenantId: string, before: Position): boolean {
    const row = this.#scopes.getBinary(scopeKey({ tenantId, scope: { kind: "tenant" } }));
    const hard = row === undefined ? undefined : decodeScopeRow(row).hard;
    return hard?.mode === "hard" && hard.position >= before;
  }

  /** Lets go of so many records below a position, whoever they are of: a reader who is not there yet loads a snapshot. Whether there are more. */
  dropTail(before: Position, most: number): boolean {
    const { head, first } = this.#bounds();
    const next = toPosition(Math.min(before, head + 1, first + most));
    if (next <= first) return false;
    for (let position: number = first; position < next; position++)
      this.#records.removeSync(positionKey(position));
    this.#meta.putSync(BOUNDS, encodeBounds({ head, first: next }));
    return next < Math.min(before, head + 1);
  }

  /** Of so many scopes of a tenant behind `scope` those that have a record below a position; `next`: as in {@link summary}. */
  olderScopes(
    tenantId: string,
    before: Position,
    { scope, most }: Readonly<{ scope: Buffer | undefined; most: number }>,
  ): Readonly<{ keys: readonly Buffer[]; next: Buffer | undefined }> {
    const { start, end } = tenantRange(tenantId);
    const from = scope === undefined ? { start } : { start: scope, exclusiveStart: true };
    const rows = [...this.#scopes.getRange({ ...from, end, limit: most })];
    const old = rows.filter(({ value }) => without(decodeScopeRow(value), before) !== "same");
    const last = rows.length < most ? undefined : rows.at(-1);
    return {
      keys: old.map(({ key }) => Buffer.from(key)),
      next: last === undefined ? undefined : Buffer.from(last.key),
    };
  }

  /** Takes what is below a position from the rows of these scopes. */
  dropScopes(keys: readonly Buffer[], before: Position): void {
    for (const key of keys) {
      const row = this.#scopes.getBinary(key);
      const kept = row === undefined ? "same" : without(decodeScopeRow(row), before);
      if (kept === undefined) this.#scopes.removeSync(key);
      else if (kept !== "same") this.#scopes.putSync(key, encodeJson(kept));
    }
  }

  /**
   * Whether somebody has known the log in this very file for D. A copy of the file is another place: whoever serves by the original is no member
   * of it.
   */
  isRipeAt(place: string): boolean {
    return this.#meta.getBinary(RIPE)?.toString("utf8") === place;
  }

  ripen(place: string): void {
    this.#meta.putSync(RIPE, Buffer.from(place));
  }

  #create(newLogId: string): Buffer {
    const other = this.#meta.getBinary(LOG_ID);
    if (other !== undefined) return other;
    const own = Buffer.from(newLogId);
    this.#meta.putSync(LOG_ID, own);
    this.#meta.putSync(BOUNDS, encodeBounds({ head: toPosition(0), first: toPosition(1) }));
    return own;
  }

  #bounds(): LogBounds {
    const row = this.#meta.getBinary(BOUNDS);
    if (row === undefined) throw new Error("The log has lost its bounds");
    return decodeBounds(row);
  }

  #add(record: LogRecord): void {
    this.#records.putSync(positionKey(record.position), encodeJson(record));
    const key = scopeKey(record);
    const row = this.#scopes.getBinary(key);
    const before = row === undefined ? undefined : decodeScopeRow(row);
    this.#scopes.putSync(key, encodeJson(withRecord(before, record)));
  }

  #trim(first: Position, head: Position, added: number): Position {
    const until = Math.min(head - this.#tail, first + added + TRIM_RECORDS - 1);
    let next: number = first;
    for (; next <= until; next++) this.#records.removeSync(positionKey(next));
    return toPosition(next);
  }

  #touched(tenantId: string, unless: Unless, bounds: LogBounds): boolean {
    const hits = (scope: Scope): boolean => unless.scopes.some((one) => covers(scope, one));
    if (unless.since >= bounds.head) return false;
    if (unless.since >= bounds.first - 1 && bounds.head - unless.since <= FEW_RECORDS) {
      const records = this.#range(unless.since, bounds.head);
      return records.some((record) => record.tenantId === tenantId && hits(record.scope));
    }
    // The table has each scope's last position, so it answers for records that the tail has dropped too.
    return this.#rowsOf(tenantId).some(
      (row) => lastAny(row) > unless.since && hits((row.hard ?? row.soft ?? WHOLE_TENANT).scope),
    );
  }

  #range(after: number, upTo: number): readonly LogRecord[] {
    const range = { start: positionKey(after + 1), end: positionKey(upTo + 1) };
    return [...this.#records.getRange(range)].map(({ value }) => decodeRecordRow(value));
  }

  #rowsOf(tenantId: string): readonly ScopeRow[] {
    return [...this.#scopes.getRange(tenantRange(tenantId))].map(({ value }) =>
      decodeScopeRow(value),
    );
  }
}

/** A row always has a record; if it had none, killing too much is the safe side. */
const WHOLE_TENANT: Readonly<{ scope: Scope }> = { scope: { kind: "tenant" } };
