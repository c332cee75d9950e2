import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { median } from "../median.ts";
import type { Figure, WorkloadPace } from "../workload.ts";
import { startOtlpSink } from "./otlp-sink.ts";
import { startPacedReader, type Block, type PacedReader } from "./paced-reader.ts";

const PER_SECOND = 20_000;
/** A block of reads is so many times as long as a round of a contest: one second unless another pace was asked for. */
const BLOCK_ROUNDS = 25;
/** A read while the collector is down may take so many times as long as one while it is up. */
const MOST_SLOWER = 1.05;
const MIB = 2 ** 20;
const MOST_GROWTH_MIB = 64;

type Pair = Readonly<{ up: Block; down: Block }>;

/**
 * Two processes that make 20,000 spans a second in turns, forwards and backwards: the collector of one is down from its start to its end. The first
 * round warms up; by its end the queue of that one is full.
 */
export async function* outage(pace: WorkloadPace): AsyncGenerator<Figure> {
  await using sink = await startOtlpSink();
  await using up = await startPacedReader(sink.url);
  await using down = await startPacedReader(await deadEndpoint());
  const pairs: Pair[] = [];
  for (let round = 0; round <= pace.rounds; round++) {
    pace.signal.throwIfAborted();
    pairs.push(await pairOf({ up, down }, pace.roundMs * BLOCK_ROUNDS, round % 2 === 0));
  }
  yield* figures(pairs, pace.roundMs * BLOCK_ROUNDS);
}

async function pairOf(
  { up, down }: Readonly<{ up: PacedReader; down: PacedReader }>,
  forMs: number,
  upFirst: boolean,
): Promise<Pair> {
  const request = { forMs, perSecond: PER_SECOND };
  const first = upFirst ? await up.read({ ...request, flush: true }) : undefined;
  const downBlock = await down.read({ ...request, flush: false });
  return { up: first ?? (await up.read({ ...request, flush: true })), down: downBlock };
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
  const rss = pairs.map(({ down }) => down.rssBytes);
  const grown = (Math.max(...rss) - warmUp.down.rssBytes) / MIB;
  yield { name: "resident memory at its end", value: last.down.rssBytes / MIB, unit: "MiB" };
  yield {
    name: "resident memory grew, once the queue was full, by",
    value: grown,
    unit: "MiB",
    most: MOST_GROWTH_MIB,
  };
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
