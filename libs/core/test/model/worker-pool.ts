import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ModelFailure, ModelFigures, ModelReport } from "@cogniverse/testkit";
import type { Share, Told } from "./worker-messages.ts";

const worker = fileURLToPath(new URL("check-worker.child.ts", import.meta.url));

/** Programs live for a millisecond: a larger nursery spares most of their collection. Errors that nobody prints need no stack. */
const FLAGS = ["--max-semi-space-size=64", "--stack-trace-limit=0"];

/** What is to be run, and who wants to know. */
export interface PoolOptions {
  readonly programs: number;
  readonly seed: number;
  readonly workers: number;
  readonly onProgress: (done: ModelFigures) => void;
  readonly signal: AbortSignal;
}

const NOTHING: ModelFigures = { programs: 0, turns: 0, reads: 0, hits: 0 };

/** Runs programs in several processes; with the first failure, or the signal, all of them end. Of failures that come together the lowest seed is told. */
export async function checkInWorkers(options: PoolOptions): Promise<ModelReport> {
  const { programs, seed, workers, onProgress, signal } = options;
  const told: Told[] = [];
  const children: ChildProcess[] = [];
  const stop = (): void => {
    for (const child of children) if (child.connected) child.disconnect();
  };
  const listen = (i: number, message: Told): void => {
    told[i] = message;
    if (message.failure !== undefined) stop();
    onProgress(sum(told));
  };
  const running = Array.from({ length: workers }, (_, i) => {
    const share = { seed: seed + i, stride: workers, programs: shareOf(programs, workers, i) };
    const child = start(share, (message) => listen(i, message));
    children.push(child);
    return ended(child);
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.all(running);
  } finally {
    stop();
    signal.removeEventListener("abort", stop);
  }
  return { ...sum(told), failure: lowest(told) };
}

function start(share: Share, listen: (told: Told) => void): ChildProcess {
  const child = fork(worker, { execArgv: [...process.execArgv, ...FLAGS] });
  // Only workers of this very module speak on the channel.
  child.on("message", (message) => listen(message as Told));
  child.send(share);
  return child;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, by) => {
      if (code === 0) resolve();
      else reject(new Error(`A worker ended with ${code ?? by}`));
    });
  });
}

function shareOf(programs: number, workers: number, i: number): number {
  return Math.floor(programs / workers) + (i < programs % workers ? 1 : 0);
}

function sum(told: readonly (Told | undefined)[]): ModelFigures {
  return told.reduce<ModelFigures>((total, one) => {
    const { programs, turns, reads, hits } = one?.figures ?? NOTHING;
    return {
      programs: total.programs + programs,
      turns: total.turns + turns,
      reads: total.reads + reads,
      hits: total.hits + hits,
    };
  }, NOTHING);
}

function lowest(told: readonly (Told | undefined)[]): ModelFailure | undefined {
  const failures = told.flatMap((one) => one?.failure ?? []);
  return failures.toSorted((a, b) => a.program.seed - b.program.seed)[0];
}
