import type { Call, Clock, InvalidationLog, LogHead } from "@cogniverse/sdk";
import { atLeast } from "../time/at-least.ts";
import { TimeLimit } from "../time/time-limit.ts";

/** Finds out when no other node can serve from before a record any more: by asking the log, or by letting D pass (protocol rule 8). */
export class Settlement {
  readonly #log: InvalidationLog;
  readonly #clock: Clock;
  /** Later than D the answer is worth nothing. */
  readonly #askLimit: TimeLimit;

  constructor(log: InvalidationLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#askLimit = new TimeLimit(clock, log.leaseMs);
  }

  /** Resolves with the number of other nodes once none of them can serve from before `head`, which was durable when this was called. */
  async of(head: LogHead, signal?: AbortSignal): Promise<number> {
    if (this.#log.leaseMs === 0) return 0;
    const durableAt = this.#clock.monotonic();
    const nodes = await this.#asked(head, signal);
    if (nodes !== undefined) return nodes;
    await atLeast(this.#clock, durableAt + this.#log.leaseMs, signal);
    return 1;
  }

  /** What the log knows of other nodes. One that fails or says nothing shortens no acknowledgement and lengthens none: D settles it. */
  async #asked(head: LogHead, signal: AbortSignal | undefined): Promise<number | undefined> {
    if (this.#log.settled === undefined) return undefined;
    const ask = async (call: Call): Promise<number | undefined> => this.#log.settled?.(head, call);
    try {
      return await this.#askLimit.run(() => "The invalidation log", ask, { signal });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#askLimit[Symbol.dispose]();
  }
}
