import { setTimeout as pause } from "node:timers/promises";

/** Between two steps: some hundred reads a second, so that the figures move and the machine does not suffer. */
const PACE_MS = 5;

/**
 * Runs `step` over and over, one after the other, with the number of the step from 0, until it is disposed of. The disposal rejects with what a step
 * threw.
 */
export function traffic(step: (number: number) => Promise<unknown>): AsyncDisposable {
  const stopping = new AbortController();
  const running = run(step, stopping.signal);
  // Told by the disposal, also where that comes later.
  running.catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

async function run(step: (number: number) => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (let number = 0; !signal.aborted; number++) {
    await step(number);
    await pause(PACE_MS);
  }
}
