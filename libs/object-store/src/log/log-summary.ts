import type { LogRecord } from "@cogniverse/sdk";

/** On one scope of one tenant the last record of each mode, and the last one that named other content than the very last. */
type ScopeRow = Readonly<{ hard?: LogRecord; soft?: LogRecord; other?: LogRecord }>;

/**
 * What `records` (in order of position) say, in as few of them as possible: see `LogSnapshot`. The summary of a summary and what came
 * after it is the summary of all.
 */
export function summarize(records: readonly LogRecord[]): readonly LogRecord[] {
  const rows = new Map<string, ScopeRow>();
  for (const record of records) {
    const id = scopeId(record);
    rows.set(id, withRecord(rows.get(id), record));
  }
  return [...rows.values()].flatMap(recordsOf).toSorted((a, b) => a.position - b.position);
}

/** Of a scope of an unknown kind all properties count. */
function scopeId({ tenantId, scope }: LogRecord): string {
  return JSON.stringify([tenantId, Object.entries(scope).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A mode this release does not know counts as hard. */
function withRecord(row: ScopeRow | undefined, record: LogRecord): ScopeRow {
  const last = row === undefined ? undefined : lastRecord(row);
  const same = record.digest !== undefined && record.digest === last?.digest;
  const kept = last === undefined || same ? row : { ...row, other: last };
  return record.mode === "soft" ? { ...kept, soft: record } : { ...kept, hard: record };
}

/** The record of other content only where it tells more than the last. */
function recordsOf(row: ScopeRow): readonly LogRecord[] {
  const { hard, soft, other } = row;
  const needed = lastRecord(row)?.digest === undefined ? [hard, soft] : [hard, soft, other];
  const known = needed.filter((record) => record !== undefined);
  return known.filter(({ position }, i) => known.findIndex((r) => r.position === position) === i);
}

function lastRecord({ hard, soft }: ScopeRow): LogRecord | undefined {
  return hard === undefined || (soft !== undefined && soft.position > hard.position) ? soft : hard;
}
