/**
 * A place in the invalidation log: a safe integer, without gaps, never issued twice and never a clock. 0 stands before the
 * first record. Positions of two logs cannot be compared; see {@link LogHead}.
 */
export type Position = number & { readonly __position: never };

/** The place before the first record of every log. */
// A brand exists only in the type system, so the one way to make it is to assert it.
export const START: Position = 0 as Position;

/** Brands `n`. Throws RangeError unless it is a safe integer >= 0. */
export function toPosition(n: number): Position {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(`A log position is a safe integer >= 0, got ${n}`);
  // Checked above; the brand has no representation at run time.
  return n as Position;
}
