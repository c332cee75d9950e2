import type { Placed } from "@cogniverse/testkit";

/** Which log positions are of: it is the same one between two faults that may replace it. */
export class LogEpochs {
  readonly #settleMs: number;
  readonly #now: () => number;
  #open = 0;
  #number = 0;
  #since = 0;

  /** `settleMs`: after such a fault has ended, until nothing can happen any more to the log that was. */
  constructor(settleMs: number, now: () => number) {
    this.#settleMs = settleMs;
    this.#now = now;
  }

  /** Runs a fault that may replace the log. */
  async during<T>(fault: () => Promise<T>): Promise<T> {
    this.#open++;
    this.#since = Infinity;
    try {
      return await fault();
    } finally {
      if (--this.#open === 0) {
        this.#number++;
        this.#since = this.#now() + this.#settleMs;
      }
    }
  }

  /** The place of a record that was appended since then, where it is known of which log. To be asked at once. */
  placed(position: number | undefined, began: number): Placed {
    if (position === undefined || !(began >= this.#since)) return undefined;
    return { logId: String(this.#number), position };
  }
}
