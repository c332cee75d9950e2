import { types } from "node:util";
import type { Span } from "./telemetry.ts";

/**
 * Runs `run` within `span`, which ends when what it returns (also a promise) settles, with an error recorded. Returns what `run`
 * returns, a promise as the very same one; throws what it throws.
 */
export function runInSpan<R>(span: Span, run: (span: Span) => R): R {
  const fail = (error: unknown): void => {
    span.recordError(error);
    span.end();
  };
  let result: R;
  try {
    result = span.within(() => run(span));
  } catch (error) {
    fail(error);
    throw error;
  }
  // What is returned is handed on as it is; a second branch of the promise only notices its end. Promises of any realm, no other thenable:
  // `then` of a lazy one would run it twice.
  if (types.isPromise(result)) result.then(() => span.end(), fail);
  else span.end();
  return result;
}
