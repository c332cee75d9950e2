import type { Clock } from "@cogniverse/sdk";

/** This machine's clocks. `monotonic` is CLOCK_MONOTONIC: it runs on while the process is stopped, not while the machine sleeps. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run, holdsProcess = false) {
    const timer = setTimeout(run, delayMs);
    if (!holdsProcess) timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
