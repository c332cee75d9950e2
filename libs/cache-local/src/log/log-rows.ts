import { createHash } from "node:crypto";
import {
  parseJson,
  toPosition,
  type LogRecord,
  type NewRecord,
  type Position,
} from "@cogniverse/sdk";

/** First and last position that the tail of records holds; `first` = `head` + 1 where it is empty. */
export type LogBounds = Readonly<{ head: Position; first: Position }>;

/** On one scope of one tenant the last record of each mode, and the last one that named other content than the very last. */
export type ScopeRow = Readonly<{ hard?: LogRecord; soft?: LogRecord; other?: LogRecord }>;

/** Bytes of a scope in a table's key; a longer one stands there as its SHA-256. */
const LONGEST_SCOPE = 1024;

/** Key of a record: its position, big-endian, so that keys sort as positions do. */
export function positionKey(position: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeBigUInt64BE(BigInt(position));
  return key;
}

/** Everything of a tenant in the scope table begins with this. */
function tenantKey(tenantId: string): Buffer {
  return Buffer.from(`${tenantId}\0`);
}

/** Where everything of a tenant in the scope table is. */
export function tenantRange(tenantId: string): Readonly<{ start: Buffer; end: Buffer }> {
  const start = tenantKey(tenantId);
  const end = Buffer.from(start);
  end[end.length - 1] = 1;
  return { start, end };
}

/** Key of a scope's row. A scope of an unknown kind has one too: all its properties take part. */
export function scopeKey(record: Pick<NewRecord, "tenantId" | "scope">): Buffer {
  const scope = JSON.stringify(record.scope, Object.keys(record.scope).toSorted());
  const short =
    Buffer.byteLength(scope) <= LONGEST_SCOPE
      ? scope
      : createHash("sha256").update(scope).digest("hex");
  return Buffer.concat([tenantKey(record.tenantId), Buffer.from(short)]);
}

/** Bounds as two float64, little-endian: head, first. */
export function encodeBounds(bounds: LogBounds): Buffer {
  const row = Buffer.allocUnsafe(16);
  row.writeDoubleLE(bounds.head, 0);
  row.writeDoubleLE(bounds.first, 8);
  return row;
}

export function decodeBounds(row: Buffer): LogBounds {
  return { head: toPosition(row.readDoubleLE(0)), first: toPosition(row.readDoubleLE(8)) };
}

/** Records are stored as JSON, word for word, so that what a later release adds to them is kept. */
export function encodeJson(value: LogRecord | ScopeRow): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export function decodeRecordRow(row: Uint8Array): LogRecord {
  // Only append writes these rows, from a LogRecord.
  return parseJson(Buffer.from(row).toString("utf8")) as LogRecord;
}

export function decodeScopeRow(row: Uint8Array): ScopeRow {
  // Only append writes these rows, from a ScopeRow.
  return parseJson(Buffer.from(row).toString("utf8")) as ScopeRow;
}

/** The last position that touched the row's scope, in any mode. */
export function lastAny(row: ScopeRow): number {
  return Math.max(row.hard?.position ?? 0, row.soft?.position ?? 0);
}

/** The row with `record` as the last one of its mode. A mode this release does not know counts as hard. */
export function withRecord(row: ScopeRow | undefined, record: LogRecord): ScopeRow {
  const last = row === undefined ? undefined : lastRecord(row);
  const same = record.digest !== undefined && record.digest === last?.digest;
  const kept = last === undefined || same ? row : { ...row, other: last };
  return record.mode === "soft" ? { ...kept, soft: record } : { ...kept, hard: record };
}

/** The row less what is below a position; `same`: nothing is, `undefined`: everything. */
export function without(row: ScopeRow, before: Position): ScopeRow | "same" | undefined {
  const all = Object.entries(row);
  const kept = all.filter(([, record]) => record.position >= before);
  if (kept.length === all.length) return "same";
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** The records of a row that a reader needs: the one of other content only where it tells more than the last. */
export function recordsOf(row: ScopeRow): readonly LogRecord[] {
  const { hard, soft, other } = row;
  const needed = lastRecord(row)?.digest === undefined ? [hard, soft] : [hard, soft, other];
  const known = needed.filter((record) => record !== undefined);
  return known.filter(({ position }, i) => known.findIndex((r) => r.position === position) === i);
}

function lastRecord({ hard, soft }: ScopeRow): LogRecord | undefined {
  return hard === undefined || (soft !== undefined && soft.position > hard.position) ? soft : hard;
}
