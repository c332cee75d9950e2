import { median, quantile } from "./median.ts";
import type { Figure, WorkloadPace } from "./workload.ts";

/** Something of which one is done after the other. `most`: the goal of its median, in milliseconds. */
export interface TimedTask {
  readonly name: string;
  readonly run: (at: number) => Promise<unknown>;
  readonly most?: number;
}

/** Milliseconds of each, by rounds. */
type Timed = Readonly<{ task: TimedTask; rounds: number[][] }>;

/**
 * Times each single one of several tasks, which take turns in rounds of so many. Beside median and p99 the median ratio to the first task in the same
 * round, which travels where times do not.
 */
export async function* latencies(
  tasks: readonly TimedTask[],
  { rounds, signal, each }: Pick<WorkloadPace, "rounds" | "signal"> & { readonly each: number },
): AsyncGenerator<Figure> {
  const all: readonly Timed[] = tasks.map((task) => ({ task, rounds: [] }));
  // The first round is for the compiler and is thrown away.
  for (let round = -1; round < rounds; round++)
    for (const timed of round % 2 === 0 ? all : all.toReversed()) {
      signal.throwIfAborted();
      const took: number[] = [];
      for (let at = 0; at < each; at++) {
        const startedAt = performance.now();
        await timed.task.run((round + 1) * each + at);
        took.push(performance.now() - startedAt);
      }
      if (round >= 0) timed.rounds.push(took);
    }
  const [base] = all;
  if (base !== undefined) for (const timed of all) yield* figuresOf(timed, base);
}

function* figuresOf({ task, rounds }: Timed, base: Timed): Generator<Figure> {
  const took = rounds.flat();
  const goal = task.most === undefined ? {} : { most: task.most };
  yield { name: `${task.name}: p50`, value: median(took), unit: "ms", ...goal };
  yield { name: `${task.name}: p99`, value: quantile(took, 0.99), unit: "ms" };
  if (task === base.task) return;
  const ratios = rounds.map((round, at) => median(round) / median(base.rounds[at] ?? []));
  yield { name: `${task.name}: p50 to that of ${base.task.name}`, value: median(ratios), unit: "" };
}
