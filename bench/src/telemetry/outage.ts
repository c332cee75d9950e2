import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { median } from "../median.ts";
import type { Figure, WorkloadPace } from "../workload.ts";
import { startOtlpSink } from "./otlp-sink.ts";
import { Reader, type Block } from "./reader.ts";

const PER_SECOND = 20_000;
/** A block of reads is so many times as long as a round of a contest: one second unless another pace was asked for. */
const BLOCK_ROUNDS = 25;
/** A read while the collector is down may take so many times as long as one while it is up. */
const MOST_SLOWER = 1.05;
const MIB = 2 ** 20;
/** Of a process that does nothing else some 100 MiB are Node's own; how much garbage V8 lets lie about depends on how busy the machine is. */
const MOST_RSS_MIB = 512;
const MOST_GROWTH_MIB = 16;

type Pair = Readonly<{ up: Block; down: Block }>;

/**
 * Two processes that make 20,000 spans a second in turns, forwards and backwards: the collector of one is down from its start to its end. The first
 * round warms up; by its end the queue of that one is full.
 */
export async function* outage(pace: WorkloadPace): AsyncGenerator<Figure> {
  await using sink = await startOtlpSink();
  await using up = await Reader.start({ kind: "traces", endpoint: sink.url });
  await using down = await Reader.start({ kind: "traces", endpoint: await deadEndpoint() });
  const pairs: Pair[] = [];
  for (let round = 0; round <= pace.rounds; round++) {
    pace.signal.throwIfAborted();
    pairs.push(await pairOf({ up, down }, pace.roundMs * BLOCK_ROUNDS, round % 2 === 0));
  }
  yield* figures(pairs, pace.roundMs * BLOCK_ROUNDS);
}

async function pairOf(
  { up, down }: Readonly<{ up: Reader; down: Reader }>,
  forMs: number,
  upFirst: boolean,
): Promise<Pair> {
  const readUp = (): Promise<Block> => up.paced(forMs, PER_SECOND, true);
  const first = upFirst ? await readUp() : undefined;
  const downBlock = await down.paced(forMs, PER_SECOND, false);
  return { up: first ?? (await readUp()), down: downBlock };
}

function* figures([warmUp, ...pairs]: readonly Pair[], blockMs: number): Generator<Figure> {
  const last = pairs.at(-1);
  if (warmUp === undefined || last === undefined) return;
  const ratios = (of: (block: Block) => number): number =>
    median(pairs.map(({ up, down }) => of(down) / of(up)));
  const downReads = pairs.reduce((sum, { down }) => sum + down.reads, 0);
  const seconds = (pairs.length * blockMs) / 1000;
  const slower = "times as long with the collector down";
  const most = MOST_SLOWER;
  yield { name: "spans made while the collector was down", value: downReads / seconds, unit: "/s" };
  yield { name: "which lasted", value: seconds, unit: "s" };
  yield { name: "a read, median: takes", value: ratios(({ p50Ms }) => p50Ms), unit: slower, most };
  yield { name: "a read, p99: takes", value: ratios(({ p99Ms }) => p99Ms), unit: slower, most };
  const rss = Math.max(...pairs.map(({ down }) => down.rssBytes)) / MIB;
  const grown = (last.down.liveBytes - warmUp.down.liveBytes) / MIB;
  yield { name: "resident memory, at most", value: rss, unit: "MiB", most: MOST_RSS_MIB };
  const heap = "the heap without its garbage grew, once the queue was full, by";
  yield { name: heap, value: grown, unit: "MiB", most: MOST_GROWTH_MIB };
  yield { name: "spans dropped and counted", value: last.down.dropped, unit: "" };
  yield {
    name: "spans unaccounted for",
    value: Math.abs(last.down.unaccounted) + Math.abs(last.up.unaccounted),
    unit: "",
    most: 0,
  };
  yield { name: "spans dropped while it was up", value: last.up.dropped, unit: "" };
}

/** Where nothing listens: a port that was free a moment ago. */
async function deadEndpoint(): Promise<string> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}
