import { median, quantile } from "./median.ts";

/** What a run took, in milliseconds with fractions. */
export type Took = Readonly<{ ms: number; cpuMs: number }>;

/**
 * One way of doing the job. `run` does it `operations` times, in a loop of its own, so that the harness adds nothing to an operation. One that has it done
 * by another process resolves with what it took there.
 */
export interface Contestant {
  readonly name: string;
  /** Called before each run, with the operations that it will do, and not measured: to leave nobody's garbage or data to the next one. */
  readonly prepare?: (operations: number) => Promise<void>;
  readonly run: (operations: number) => Promise<Took | void>;
}

/** Contestants that do the same job; the others are measured against `baseline`. */
export interface Contest {
  readonly name: string;
  readonly baseline: Contestant;
  readonly others: readonly Contender[];
  /** Bytes that one operation moves, where a rate in MB/s says more. */
  readonly bytesPerOperation?: number;
}

/** `goal`: least ratio to the baseline's operations a second. `mostCpu`: greatest ratio to the CPU time that the baseline takes an operation. */
export type Contender = Contestant & {
  readonly goal?: number;
  readonly mostCpu?: number;
  readonly note?: string;
};

/** How long and how often. */
export interface ContestPace {
  readonly rounds: number;
  /** Each contestant runs about this long in each round. */
  readonly roundMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds from an arbitrary start, with fractions. */
  readonly now: () => number;
  /** CPU time that this process has used, in all its threads, in milliseconds with fractions. */
  readonly cpu: () => number;
  /** Told before each round. */
  readonly onRound?: (round: number) => void;
}

/**
 * Figures of one contestant. `ratio`: the median over rounds of its speed to the baseline's in the same round; `spread`: the quartiles of
 * that. `cpuMs`: CPU time of this process an operation, which a slow server cannot hide; `cpuRatio` as `ratio`, of that.
 */
export interface Standing {
  readonly name: string;
  readonly operationsPerSecond: number;
  readonly ratio: number;
  readonly spread: readonly [number, number];
  readonly cpuMs: number;
  readonly cpuRatio: number;
  readonly goal?: number;
  readonly mostCpu?: number;
  readonly note?: string;
}

/**
 * Runs contestants in turns, each a short round, forwards and backwards by turns. What disturbs a machine (frequency, neighbours, a full page
 * cache) lasts longer than a round and so meets all of them alike: ratios within a round are steady where speeds are not. Benchmark
 * libraries finish one task before they begin the next, which compares two moments of the machine.
 * Rejects with the signal's reason.
 */
export async function runContest(contest: Contest, pace: ContestPace): Promise<Standing[]> {
  const all: readonly Contender[] = [contest.baseline, ...contest.others];
  const loads: Load[] = [];
  for (const one of all) loads.push(await calibrate(one, pace));
  for (let round = 0; round < pace.rounds; round++) {
    pace.onRound?.(round);
    for (const load of round % 2 === 0 ? loads : loads.toReversed()) {
      pace.signal.throwIfAborted();
      load.rounds.push(await measured(load.contestant, load.operations, pace));
    }
  }
  const base = loads[0]?.rounds ?? [];
  return loads.map((load) => standing(load, base));
}

/** `speed`: operations a millisecond. `cpuMs`: CPU time an operation. */
type Round = Readonly<{ speed: number; cpuMs: number }>;

type Load = Readonly<{ contestant: Contender; operations: number; rounds: Round[] }>;

/** Warms up while it finds out how many operations fill a round. */
async function calibrate(contestant: Contender, pace: ContestPace): Promise<Load> {
  let operations = 1;
  let { speed } = await measured(contestant, operations, pace);
  for (let warmUp = 0; warmUp < 8; warmUp++) {
    pace.signal.throwIfAborted();
    operations = Math.max(1, Math.min(Math.round(speed * pace.roundMs), operations * 16));
    ({ speed } = await measured(contestant, operations, pace));
  }
  return { contestant, operations, rounds: [] };
}

async function measured(
  contestant: Contestant,
  operations: number,
  { now, cpu }: ContestPace,
): Promise<Round> {
  await contestant.prepare?.(operations);
  const cpuStart = cpu();
  const start = now();
  const took = (await contestant.run(operations)) ?? {
    ms: now() - start,
    cpuMs: cpu() - cpuStart,
  };
  return { speed: operations / Math.max(took.ms, 1e-6), cpuMs: took.cpuMs / operations };
}

function standing({ contestant, rounds }: Load, base: readonly Round[]): Standing {
  const ratios = rounds.map(({ speed }, at) => speed / (base[at]?.speed ?? Number.NaN));
  const { name, goal, mostCpu, note } = contestant;
  return {
    name,
    operationsPerSecond: median(rounds.map(({ speed }) => speed)) * 1000,
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
    cpuRatio: median(rounds.map(({ cpuMs }, at) => cpuMs / (base[at]?.cpuMs ?? Number.NaN))),
    ...(goal === undefined ? {} : { goal }),
    ...(mostCpu === undefined ? {} : { mostCpu }),
    ...(note === undefined ? {} : { note }),
  };
}
