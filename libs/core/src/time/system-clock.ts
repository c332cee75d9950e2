import type { Clock } from "@cogniverse/sdk";

/** The longest delay of a timer, 24.8 days; Node takes a longer one for 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** This machine's clocks. `monotonic` is CLOCK_MONOTONIC: it runs on while the process is stopped, not while the machine sleeps. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run, holdsProcess = false) {
    const timer = setTimeout(run, Math.min(delayMs, LONGEST_DELAY_MS));
    if (!holdsProcess) timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
