import { toPosition, type LogRecord, type Position } from "@cogniverse/sdk";

type Loose = Readonly<Record<string, unknown>>;

/** Whether a value is a record without its place; what a later release adds to it is kept. Kinds and modes unknown here are the reader's to judge. */
export function isNewRecord(value: unknown): value is Loose {
  return (
    isObject(value) &&
    typeof value["tenantId"] === "string" &&
    typeof value["mode"] === "string" &&
    typeof value["at"] === "number" &&
    typeof value["node"] === "string" &&
    isObject(value["scope"]) &&
    isScope(value["scope"])
  );
}

/** Whether a value is a record with its place. */
export function isLogRecord(value: unknown): value is LogRecord {
  return isNewRecord(value) && isPosition(value["position"]);
}

/** Records that follow each other without a gap, the last one at `head`. `values` were checked by {@link isNewRecord}. */
export function placed(values: readonly Loose[], head: Position): readonly LogRecord[] {
  const before = head - values.length;
  // Checked, and now with their places.
  return values.map(
    (value, i) => ({ ...value, position: toPosition(before + i + 1) }) as LogRecord,
  );
}

const texts = new WeakMap<LogRecord, string>();

/** A record as JSON, without its place. Made once: each head holds again what the one before it held. */
export function textOf(record: LogRecord): string {
  const known = texts.get(record);
  if (known !== undefined) return known;
  const { position: _implied, ...placeless } = record;
  const text = JSON.stringify(placeless);
  texts.set(record, text);
  return text;
}

export function isPosition(value: unknown): value is Position {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScope(scope: Loose): boolean {
  const { kind, value } = scope;
  const valued = ["key", "prefix", "tag", "glob"].some((known) => known === kind);
  return typeof kind === "string" && (!valued || typeof value === "string");
}
