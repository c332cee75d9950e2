import { walkJson } from "./walk-json.ts";

/** What deeply frozen values take; they cannot change, so a second look is spared. */
const settled = new WeakMap<object, number>();

/**
 * Checks that a value is what JSON can hold and freezes it deeply, in place. Returns about what it takes on the heap, in bytes. Throws
 * `invalid_value` with the path of the first part that JSON would change silently; nothing is frozen then that was not before.
 */
export function freezeJson(root: unknown): number {
  const known = typeof root === "object" && root !== null ? settled.get(root) : 0;
  if (known !== undefined && known > 0) return known;
  const { objects, heapBytes } = walkJson(root);
  for (const value of objects) Object.freeze(value);
  if (typeof root === "object" && root !== null) settled.set(root, heapBytes);
  return heapBytes;
}
