import { CacheError } from "@cogniverse/sdk";

/** Heap figures of V8 on 64 bits with pointer compression off: an object or array header with its backing store, a slot, a string header. */
const OBJECT_BYTES = 40;
const SLOT_BYTES = 8;
const STRING_BYTES = 24;

type Task = Readonly<{ value: object; path: Path | undefined }>;
type Path = Readonly<{ parent: Path | undefined; step: string | number }>;

/**
 * Checks that a value is what JSON can hold and freezes it deeply, in place. Returns about what it takes on the heap, in bytes. Throws
 * `invalid_value` with the path of the first part that JSON would change silently; nothing is frozen then that was not before.
 */
export function freezeJson(root: unknown): number {
  const order: object[] = [];
  const seen = new Set<object>();
  let bytes = sizeOfScalar(root, undefined);
  const tasks: Task[] =
    typeof root === "object" && root !== null ? [{ value: root, path: undefined }] : [];
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const { value, path } = task;
    if (seen.has(value)) continue; // shared parts are written twice and frozen once; cycles are left to JSON.stringify
    seen.add(value);
    order.push(value);
    bytes += OBJECT_BYTES;
    for (const [step, part] of parts(value, path)) {
      bytes += SLOT_BYTES + sizeOfScalar(part, { parent: path, step });
      if (typeof part === "object" && part !== null)
        tasks.push({ value: part, path: { parent: path, step } });
    }
  }
  refuseCycles(root, order);
  for (const value of order) Object.freeze(value);
  return bytes;
}

function parts(
  value: object,
  path: Path | undefined,
): Iterable<readonly [string | number, unknown]> {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    for (let i = 0; i < items.length; i++) {
      if (items[i] === undefined)
        throw refused({ parent: path, step: i }, "an array with a hole or undefined");
    }
    return items.entries();
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw refused(path, `a ${value.constructor.name}: only plain objects, arrays and scalars`);
  }
  if ("toJSON" in value) throw refused(path, "an object with toJSON");
  return Object.entries(value);
}

function sizeOfScalar(value: unknown, path: Path | undefined): number {
  switch (typeof value) {
    case "string":
      return STRING_BYTES + value.length * (isLatin(value) ? 1 : 2);
    case "number":
      if (!Number.isFinite(value)) throw refused(path, String(value));
      return Number.isInteger(value) ? 0 : SLOT_BYTES;
    case "object":
    case "boolean":
      return 0;
    case "undefined":
      if (path === undefined)
        throw refused(path, "undefined, which is the miss; use null for an empty value");
      return 0;
    default:
      throw refused(path, `a ${typeof value}`);
  }
}

function isLatin(value: string): boolean {
  // A string is kept in two bytes a character if any needs it; looking at the first few is near enough for accounting.
  for (let i = 0; i < value.length && i < 64; i++) if (value.charCodeAt(i) > 0xff) return false;
  return true;
}

function refuseCycles(root: unknown, order: readonly object[]): void {
  if (order.length === 0) return;
  try {
    JSON.stringify(root);
  } catch (cause) {
    throw new CacheError(
      "invalid_value",
      "The value refers to itself and cannot be stored as JSON",
      { cause },
    );
  }
}

function refused(path: Path | undefined, what: string): CacheError {
  const steps: string[] = [];
  for (let at = path; at !== undefined; at = at.parent) {
    steps.unshift(
      typeof at.step === "number" ? `[${at.step}]` : steps.length === 0 ? at.step : at.step,
    );
  }
  const place =
    steps.length === 0 ? "The value" : `The value at ${steps.join(".").replaceAll(".[", "[")}`;
  return new CacheError(
    "invalid_value",
    `${place} is ${what}; JSON cannot hold it. Convert it or give the key type another codec`,
  );
}
