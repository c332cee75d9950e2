import { CacheError } from "@cogniverse/sdk";

/** Heap figures of V8 on 64 bits with pointer compression off: an object or array header with its backing store, a slot, a string header. */
const OBJECT_BYTES = 40;
const SLOT_BYTES = 8;
const STRING_BYTES = 24;

/** What {@link walkJson} found: every object and array once, parents first; about what all takes on the heap; whether a -0 is among it. */
export interface JsonWalk {
  readonly objects: ReadonlySet<object>;
  readonly heapBytes: number;
  readonly negativeZero: boolean;
}

/** An object that is open: its parts are being looked at. `names` is `undefined` for an array. */
interface Open {
  readonly value: Readonly<Record<string | number, unknown>>;
  readonly names: readonly string[] | undefined;
  readonly length: number;
  at: number;
}

/**
 * Looks at every part of a value without recursion, so that no nesting is too deep for the stack. Throws `invalid_value` with the path of the first
 * part that JSON cannot hold or would change silently, a part that holds itself included. Changes nothing.
 */
export function walkJson(root: unknown): JsonWalk {
  const objects = new Set<object>();
  const path: Open[] = [];
  const opened = new Set<object>();
  let heapBytes = 0;
  let negativeZero = false;
  const look = (part: unknown): void => {
    heapBytes += scalarBytes(part, path);
    if (Object.is(part, -0)) negativeZero = true;
    if (typeof part !== "object" || part === null) return;
    if (opened.has(part)) throw refused(path, "one that holds itself");
    if (objects.has(part)) return; // a shared part is written twice and frozen once
    objects.add(part);
    opened.add(part);
    heapBytes += OBJECT_BYTES;
    path.push(open(part, path));
  };
  look(root);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    if (top.at + 1 >= top.length) {
      path.pop();
      opened.delete(top.value);
      continue;
    }
    const name = top.names === undefined ? ++top.at : (top.names[++top.at] ?? "");
    heapBytes += SLOT_BYTES;
    look(top.value[name]);
  }
  return { objects, heapBytes, negativeZero };
}

function open(value: object, path: readonly Open[]): Open {
  // Every object can be asked for its properties by name.
  const parts = value as Readonly<Record<string | number, unknown>>;
  if (Array.isArray(value)) return { value: parts, names: undefined, length: value.length, at: -1 };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw refused(path, `a ${value.constructor.name}: only plain objects, arrays and scalars`);
  }
  if ("toJSON" in value) throw refused(path, "an object with toJSON");
  if (Object.getOwnPropertySymbols(value).length > 0)
    throw refused(path, "an object with a symbol for a name");
  const names = Object.keys(value);
  return { value: parts, names, length: names.length, at: -1 };
}

function scalarBytes(value: unknown, path: readonly Open[]): number {
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
      return refuseUndefined(path);
    default:
      throw refused(path, `a ${typeof value}`);
  }
}

/** A property that is `undefined` is left out by JSON and reads the same; anywhere else it would turn into something else. */
function refuseUndefined(path: readonly Open[]): number {
  const top = path.at(-1);
  if (top === undefined)
    throw refused(path, "undefined, which is the miss; use null for an empty value");
  if (top.names === undefined) throw refused(path, "a hole or undefined in an array");
  return 0;
}

function isLatin(value: string): boolean {
  // A string is kept in two bytes a character if any needs it; looking at the first few is near enough for accounting.
  for (let i = 0; i < value.length && i < 64; i++) if (value.charCodeAt(i) > 0xff) return false;
  return true;
}

function refused(path: readonly Open[], what: string): CacheError {
  const steps = path.slice(0, 20).map(({ names, at }) => {
    const name = names?.[at];
    return name === undefined ? `[${at}]` : `.${name}`;
  });
  const more = path.length > steps.length ? `... ${path.length} levels down` : "";
  const place =
    path.length === 0 ? "The value" : `The value at ${steps.join("").replace(/^\./, "")}${more}`;
  return new CacheError(
    "invalid_value",
    `${place} is ${what}; JSON cannot hold it. Convert it or give the key type another codec`,
  );
}
