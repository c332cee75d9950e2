import { BenchNode, type Written } from "../invalidation/node.ts";
import { directoryTruth, redisTruth, s3Truth, type Truth } from "../invalidation/truths.ts";
import { median, quantile } from "../median.ts";
import type { Figure, Workload, WorkloadPace } from "../workload.ts";

const NODES = 4;
/** Rounds of the measurement for one of the command line. */
const TIMES = 10;
const BUDGET_MS = 60_000;
const WARM_UP_ROUNDS = 10;
/** What an acknowledgement may take: beyond so many times one conditional PUT, where the truth is there. */
const MOST_MS = 5;
const MOST_TIMES = 1.3;

/** What waits until no process can serve what was before: invalidations and puts of one process while three others read the key. */
export const invalidationAcknowledgedWorkload: Workload = {
  name: "invalidation/acknowledged",
  about: `invalidate and put, acknowledged over ${NODES} processes, by where the log is`,
  items: async function* (pace) {
    const truths = [
      directoryTruth,
      redisTruth,
      () => s3Truth("ministack"),
      () => s3Truth("SeaweedFS"),
    ];
    for (const start of truths) {
      await using truth = await start();
      yield* acknowledgements(truth, pace);
    }
  },
};

async function* acknowledgements(
  { name, tiers }: Truth,
  { rounds, signal }: WorkloadPace,
): AsyncGenerator<Figure> {
  await using started = new AsyncDisposableStack();
  const nodes: BenchNode[] = [];
  while (nodes.length < NODES) nodes.push(started.use(await BenchNode.start(tiers)));
  const [writer, ...readers] = nodes;
  await Promise.all(readers.map((node) => node.read()));
  signal.throwIfAborted();
  // While a table of sessions is new, nobody goes by it.
  await writer?.write(WARM_UP_ROUNDS, BUDGET_MS, readers.length);
  signal.throwIfAborted();
  const written = await writer?.write(rounds * TIMES, BUDGET_MS, readers.length);
  if (written !== undefined) yield* figuresOf(name, written);
}

function* figuresOf(name: string, written: Written): Generator<Figure> {
  const { rawWrite, rawPut, echo, invalidate, put, nodes } = written;
  const isS3 = name.startsWith("S3");
  const most = MOST_MS + (isS3 ? MOST_TIMES * median(rawWrite) : 0);
  yield { name: `${name}: other nodes`, value: nodes, unit: "" };
  yield { name: `${name}: measured`, value: invalidate.length, unit: "times" };
  const bare = isS3 ? "one conditional PUT, bare client" : "one EVALSHA, bare client";
  yield* times(`${name}: ${bare}`, rawWrite);
  yield* times(`${name}: a question to all and their answers over Redis, bare client`, echo);
  yield* times(`${name}: invalidate`, invalidate, most);
  yield* times(`${name}: the requests of a put, bare client`, rawPut);
  yield* times(`${name}: put`, put, most);
}

function* times(name: string, took: readonly number[], most?: number): Generator<Figure> {
  if (took.length === 0) return;
  const goal = most === undefined ? {} : { most: Math.round(most * 10) / 10 };
  yield { name: `${name}: p50`, value: median(took), unit: "ms", ...goal };
  yield { name: `${name}: p99`, value: quantile(took, 0.99), unit: "ms" };
  yield { name: `${name}: max`, value: Math.max(...took), unit: "ms" };
}
