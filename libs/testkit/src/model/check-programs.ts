import type { ModelNodeFactory } from "./node-factory.ts";
import type { ModelProgram } from "./program.ts";
import { randomProgram } from "./random-program.ts";
import { runProgram, type ModelRules } from "./run-program.ts";

/**
 * Which programs are run. `seed`: of the first one, default 1; `stride`: from one seed to the next, default 1, so that several processes can share the
 * work. `onProgress` is called now and then, in the midst of the run.
 */
export type CheckOptions = ModelRules &
  Readonly<{
    programs: number;
    seed?: number | undefined;
    stride?: number | undefined;
    onProgress?: ((done: ModelFigures) => void) | undefined;
    signal?: AbortSignal | undefined;
  }>;

/** How much was done: programs, turns of their schedulers, reads judged, and how many of those were answered out of a tier. */
export interface ModelFigures {
  readonly programs: number;
  readonly turns: number;
  readonly reads: number;
  readonly hits: number;
}

/** A program whose answers no order of events allows. */
export interface ModelFailure {
  readonly program: ModelProgram;
  readonly wrong: readonly string[];
}

/** What a check came to; without `failure` every answer was allowed. It ends at the first failure. */
export type ModelReport = ModelFigures & Readonly<{ failure: ModelFailure | undefined }>;

/** Programs between two looks at the signal and two reports. */
const BATCH = 50;

/** Runs the programs of as many seeds, one after the other, until one fails or the signal aborts; it then resolves with what was done. */
export async function checkPrograms(
  nodeFactory: ModelNodeFactory,
  options: CheckOptions,
): Promise<ModelReport> {
  const { programs, seed = 1, stride = 1, onProgress, signal } = options;
  let done: ModelFigures = { programs: 0, turns: 0, reads: 0, hits: 0 };
  while (done.programs < programs) {
    if (signal?.aborted === true) break;
    const program = randomProgram((seed + done.programs * stride) >>> 0);
    const { wrong, turns, reads, hits } = await runProgram(program, nodeFactory, options);
    done = {
      programs: done.programs + 1,
      turns: done.turns + turns,
      reads: done.reads + reads,
      hits: done.hits + hits,
    };
    if (wrong.length > 0) return { ...done, failure: { program, wrong } };
    if (done.programs % BATCH > 0) continue;
    onProgress?.(done);
    // A turn of the event loop, for signals and whoever else wants to run.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return { ...done, failure: undefined };
}
