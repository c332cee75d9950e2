import { DEFAULT_BACKGROUND_SWEEP_RATE, DEFAULT_SWEEP_RATE } from "@cogniverse/core";
import { startRedis } from "@cogniverse/test-servers";
import { median } from "../median.ts";
import { loadEntries } from "../sweep/load-entries.ts";
import { SweepNode, type ReadTimes, type Swept } from "../sweep/sweep-node.ts";
import { DEAD_EVERY, type SweepTier } from "../sweep/sweep-tier.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import type { Figure, Workload, WorkloadPace } from "../workload.ts";

/** A reader's p99 beside a sweep, at most so many times that without. */
const MOST = 1.2;
/** A round is so many times as long as those of contests: of few reads the slowest hundredth says nothing. */
const ROUNDS_LONGER = 100;

const ON_DISK = 10_000_000;
const IN_REDIS = 1_000_000;

function about(count: number): string {
  return `a reader's p99 beside a sweep of ${count / DEAD_EVERY} dead of ${count} entries`;
}

/** Loads for many minutes, and takes some 6 GB of disk meanwhile. */
export const sweepLocalWorkload: Workload = {
  name: "sweep/local",
  about: `${about(ON_DISK)} on local disk`,
  items: (pace) =>
    inTemporaryFolder((folder) =>
      besideReaders({ backend: "local", base_path: folder, count: ON_DISK }, pace),
    ),
};

/** The same in Redis. */
export const sweepRedisWorkload: Workload = {
  name: "sweep/redis",
  about: `${about(IN_REDIS)} in Redis`,
  async *items(pace) {
    await using server = await startRedis();
    yield* besideReaders({ backend: "redis", url: server.url, count: IN_REDIS }, pace);
  },
};

async function* besideReaders(tier: SweepTier, pace: WorkloadPace): AsyncGenerator<Figure> {
  await loadEntries(tier, pace.signal);
  await using reader = await SweepNode.start(tier);
  await using other = await SweepNode.start(tier);
  const compared = [
    { sweeper: other, rate: DEFAULT_SWEEP_RATE, name: "as an operator's command" },
    { sweeper: reader, rate: DEFAULT_BACKGROUND_SWEEP_RATE, name: "in the reader's background" },
  ];
  for (const { sweeper, ...how } of compared)
    yield* await ratios(reader, sweeper, { ...pace, ...how });
}

type Comparison = WorkloadPace & Readonly<{ rate: number; name: string }>;

/** Rounds without and with a sweep, by turns; the sweep goes on where the round before had left it. */
async function ratios(
  reader: SweepNode,
  sweeper: SweepNode,
  { rounds, roundMs, signal, rate, name }: Comparison,
): Promise<readonly Figure[]> {
  const forMs = roundMs * ROUNDS_LONGER;
  const pairs: Readonly<{ without: ReadTimes; beside: ReadTimes; swept: Swept }>[] = [];
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    const before = round % 2 === 0 ? await reader.read(forMs) : undefined;
    await sweeper.sweep(rate);
    const beside = await reader.read(forMs);
    const swept = await sweeper.stop();
    pairs.push({ without: before ?? (await reader.read(forMs)), beside, swept });
  }
  const of = (pick: (pair: (typeof pairs)[number]) => number): number => median(pairs.map(pick));
  const us = (pick: (pair: (typeof pairs)[number]) => number): number => of(pick) * 1000;
  return [
    {
      name: `${name}: p99 beside it / without`,
      value: of((p) => p.beside.p99Ms / p.without.p99Ms),
      unit: "",
      most: MOST,
    },
    {
      name: `${name}: p50 beside it / without`,
      value: of((p) => p.beside.p50Ms / p.without.p50Ms),
      unit: "",
    },
    { name: `${name}: p99 without`, value: us((p) => p.without.p99Ms), unit: "us" },
    { name: `${name}: p99 beside it`, value: us((p) => p.beside.p99Ms), unit: "us" },
    {
      name: `${name}: copies looked at`,
      value: of((p) => (p.swept.scanned / p.swept.ms) * 1000),
      unit: "a second",
    },
    {
      name: `${name}: copies deleted`,
      value: of((p) => (p.swept.deleted / p.swept.ms) * 1000),
      unit: "a second",
    },
    {
      name: `${name}: CPU of the process`,
      value: of((p) => (p.swept.cpuMs / p.swept.ms) * 100),
      unit: "%",
    },
  ];
}
