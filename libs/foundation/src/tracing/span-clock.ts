import type { HrTime } from "@opentelemetry/api";

/** The two readings that times of spans are made of, in milliseconds with fractions. */
export interface TimeSource {
  /** Epoch milliseconds; may jump. */
  now(): number;
  /** From an arbitrary start; never goes back. */
  monotonic(): number;
}

/** The machine's clocks. */
export const machineTime: TimeSource = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/**
 * Times within one trace: the wall clock read once, at its root, and the monotonic clock from there. So spans of a trace are in order and
 * as exact as the monotonic clock, and a clock that drifts or is set right is followed with the next trace.
 */
export class SpanClock {
  readonly #time: TimeSource;
  readonly #offsetMs: number;

  constructor(time: TimeSource) {
    this.#time = time;
    this.#offsetMs = time.now() - time.monotonic();
  }

  /** `agoMs` before now. */
  at(agoMs = 0): HrTime {
    const epochMs = this.#offsetMs + this.#time.monotonic() - agoMs;
    const seconds = Math.floor(epochMs / 1000);
    return [seconds, Math.floor((epochMs - seconds * 1000) * 1e6)];
  }
}
