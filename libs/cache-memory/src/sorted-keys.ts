import { setImmediate } from "node:timers/promises";

/** Keys sorted in one go; between two such runs, and between two pages, other work gets its turn. */
const RUN_LENGTH = 8_192;
const PAGE_LENGTH = 1_024;

/**
 * The keys in byte order (they are ASCII, so JavaScript's own), in pages. Sorting a million strings at once would hold the event
 * loop for about a second, so runs are sorted one by one and merged as they are read.
 */
export async function* sortedPages(keys: Iterable<string>): AsyncGenerator<readonly string[]> {
  const runs: string[][] = [];
  for (const run of chunks(keys, RUN_LENGTH)) {
    if (runs.length > 0) await setImmediate();
    runs.push(run.sort());
  }
  let first = true;
  for (const page of chunks(mergeRuns(runs), PAGE_LENGTH)) {
    if (!first) await setImmediate();
    first = false;
    yield page;
  }
}

function* chunks(keys: Iterable<string>, length: number): Generator<string[]> {
  let chunk: string[] = [];
  for (const key of keys) {
    chunk.push(key);
    if (chunk.length === length) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

function mergeRuns(runs: readonly (readonly string[])[]): Iterable<string> {
  if (runs.length < 2) return runs[0] ?? [];
  const middle = runs.length >> 1;
  return mergeTwo(mergeRuns(runs.slice(0, middle)), mergeRuns(runs.slice(middle)));
}

function* mergeTwo(left: Iterable<string>, right: Iterable<string>): Generator<string> {
  const a = left[Symbol.iterator]();
  const b = right[Symbol.iterator]();
  let x = a.next();
  let y = b.next();
  while (x.done !== true || y.done !== true) {
    if (y.done === true || (x.done !== true && x.value <= y.value)) {
      yield x.value;
      x = a.next();
    } else {
      yield y.value;
      y = b.next();
    }
  }
}
