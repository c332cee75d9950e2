import { fillLog, logBytes } from "../invalidation/fill-log.ts";
import { startNode, type Start } from "../invalidation/start.ts";
import { directoryTruth, redisTruth, s3Truth, type Truth } from "../invalidation/truths.ts";
import { median } from "../median.ts";
import type { Figure, Workload, WorkloadPace } from "../workload.ts";

const SIZES = [0, 100_000, 1_000_000] as const;
const STARTS = 3;

/** What a log of many scopes takes where it is, and how long a process that starts reads it before it serves. */
export const invalidationStartWorkload: Workload = {
  name: "invalidation/start",
  about: "a start with 100,000 and 1,000,000 scopes in the log, and what the log takes",
  items: async function* (pace) {
    for (const start of [directoryTruth, redisTruth, () => s3Truth("ministack", false)]) {
      await using truth = await start();
      yield* starts(truth, pace);
    }
  },
};

async function* starts({ name, tiers }: Truth, { signal }: WorkloadPace): AsyncGenerator<Figure> {
  let filled = 0;
  let emptyBytes = 0;
  for (const size of SIZES) {
    const filledAt = performance.now();
    await fillLog(tiers, filled, size - filled);
    const fillMs = performance.now() - filledAt;
    const seen: Start[] = [];
    while (seen.length < STARTS) {
      signal.throwIfAborted();
      const started = await startNode(tiers);
      seen.push(started);
      if (!started.serves) break;
    }
    const bytes = await logBytes(tiers);
    if (size === 0) emptyBytes = bytes;
    else
      yield* [
        figure(name, size, "appending a scope", (fillMs / (size - filled)) * 1000, "us"),
        figure(name, size, "a scope takes there", (bytes - emptyBytes) / size, "bytes"),
      ];
    yield* figuresOf(name, size, seen);
    filled = size;
  }
}

function* figuresOf(name: string, size: number, seen: readonly Start[]): Generator<Figure> {
  const of = (value: (start: Start) => number): number => median(seen.map(value));
  const mib = 2 ** 20;
  yield figure(
    name,
    size,
    "scopes that the node knows",
    of((s) => s.scopes),
    "",
  );
  yield figure(name, size, "starts that did not serve", seen.filter((s) => !s.serves).length, "");
  yield figure(
    name,
    size,
    "serves after",
    of((s) => s.servesMs),
    "ms",
  );
  yield figure(
    name,
    size,
    "longest pause of its thread",
    of((s) => s.blockedMs),
    "ms",
  );
  yield figure(name, size, "resident memory at most", of((s) => s.rssBytes) / mib, "MiB");
}

function figure(name: string, size: number, what: string, value: number, unit: string): Figure {
  return { name: `${name}, ${size.toLocaleString("en")} scopes: ${what}`, value, unit };
}
