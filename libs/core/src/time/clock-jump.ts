import type { Clock } from "@cogniverse/sdk";

/** Clocks that moved apart by more than this jumped; less is drift and scheduling. */
const JUMP_MS = 250;

/** Notices that the wall clock was set, or that the machine slept: the two clocks then moved apart. */
export class ClockJump {
  readonly #clock: Clock;
  #wallAhead: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wallAhead = clock.now() - clock.monotonic();
  }

  /** Whether they moved apart since the last time that this was true, or since the beginning. */
  happened(): boolean {
    const ahead = this.#clock.now() - this.#clock.monotonic();
    if (Math.abs(ahead - this.#wallAhead) < JUMP_MS) return false;
    this.#wallAhead = ahead;
    return true;
  }
}
