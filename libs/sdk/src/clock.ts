/** Time, passed in and never read from the surroundings, so that tests own it. */
export interface Clock {
  /** Epoch milliseconds of this machine. May jump in both directions. */
  now(): number;
  /** Milliseconds from an arbitrary start. Never goes back and runs on while the process is stopped. */
  monotonic(): number;
  /**
   * Runs `run` once after `delayMs`; disposing cancels it. A timer does not hold the process open, unless `holdsProcess` says that a
   * caller awaits it.
   */
  after(delayMs: number, run: () => void, holdsProcess?: boolean): Disposable;
}
