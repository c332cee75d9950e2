import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "@cogniverse/sdk";
import { abortable } from "../time/abortable.ts";

/** After each step a sweep rests so many times as long as the step took: a tier that is slow, because others use it, is asked less. */
const REST_PER_WORK = 4;
/**
 * Copies of a step at most: what memory a sweep takes, and for how long a tier in this process holds the event loop. Few long steps disturb
 * fewer reads than many short ones.
 */
const MOST_A_STEP = 128;
/** Steps a second at least, where the rate is low: a mark is renewed between two steps. */
const STEPS_A_SECOND = 2;

/** Keeps a sweep out of the way of those who read: never faster than its rate, and at rest for most of the time. */
export class Pace {
  /** Copies that one step looks at. */
  readonly step: number;
  readonly #clock: Clock;
  readonly #rate: number;

  /** `rate`: copies a second; Infinity = as fast as the tiers answer, without a rest. */
  constructor(clock: Clock, rate: number) {
    this.#clock = clock;
    this.#rate = rate;
    this.step = Math.max(1, Math.min(MOST_A_STEP, Math.floor(rate / STEPS_A_SECOND)));
  }

  /** Rests after a step. Gives others the event loop in any case: a tier in memory answers without ever giving it up. Rejects with the signal's reason. */
  async rest(copies: number, tookMs: number, signal: AbortSignal): Promise<void> {
    const restMs =
      this.#rate === Infinity
        ? 0
        : Math.max((copies / this.#rate) * 1000 - tookMs, REST_PER_WORK * tookMs);
    if (restMs > 0) await pause(this.#clock, restMs, signal);
    else await nextTurn();
    signal.throwIfAborted();
  }
}

/** Resolves after `ms`; rejects with the signal's reason. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(ms, resolve, true);
  try {
    await abortable(promise, signal);
  } finally {
    timer[Symbol.dispose]();
  }
}
