import { median } from "../median.ts";
import type { Figure, WorkloadPace } from "../workload.ts";
import type { Reader } from "./reader.ts";

/** Of one round, fewer than an export takes, so that none begins while they are made. */
const SPANS = 400;
const WARM_UP_ROUNDS = 20;
/** Microseconds of CPU of a span in the path of the read that makes it. */
const MOST_MICROSECONDS = 8;

/**
 * CPU that a span costs over a hit without one. In the reader's path: of the reader's thread until its reads have their answers. Altogether: of all
 * threads, until the collector has acknowledged the spans.
 */
export async function* spanCost(
  { off, traced }: Readonly<{ off: Reader; traced: Reader }>,
  { rounds, signal }: WorkloadPace,
): AsyncGenerator<Figure> {
  const inPath: number[] = [];
  const altogether: number[] = [];
  let dropped = 0;
  for (let round = -WARM_UP_ROUNDS; round < rounds * 2; round++) {
    signal.throwIfAborted();
    const without = await off.read(SPANS);
    const recorded = await traced.read(SPANS, true);
    ({ dropped } = recorded);
    if (round < 0) continue;
    inPath.push(((recorded.inPathMs - without.inPathMs) / SPANS) * 1000);
    altogether.push(((recorded.cpuMs - without.inPathMs) / SPANS) * 1000);
  }
  const unit = "us of CPU";
  const value = median(inPath);
  yield { name: "a recorded span, in the reader's path", value, unit, most: MOST_MICROSECONDS };
  const all = "a recorded span, with encoding, compressing and sending";
  yield { name: all, value: median(altogether), unit };
  yield { name: "spans that were lost", value: dropped, unit: "", most: 0 };
}
