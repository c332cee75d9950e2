import type { Call, Clock, InvalidationLog, LogHead, LogSession } from "@cogniverse/sdk";
import { atLeast } from "../time/at-least.ts";
import { TimeLimit } from "../time/time-limit.ts";

/** Finds out when no other node can serve from before a record any more: by asking who serves, or by letting D pass (protocol rules 8 and 9). */
export class Settlement {
  readonly #log: InvalidationLog;
  readonly #session: LogSession;
  readonly #clock: Clock;
  /** Later than D the answer is worth nothing. */
  readonly #askLimit: TimeLimit;

  constructor(log: InvalidationLog, session: LogSession, clock: Clock) {
    this.#log = log;
    this.#session = session;
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

  /** What is known of other nodes. A table that fails or says nothing shortens no acknowledgement and lengthens none: D settles it. */
  async #asked(head: LogHead, signal: AbortSignal | undefined): Promise<number | undefined> {
    const ask = async (call: Call): Promise<number | undefined> =>
      this.#session.settled(head, call);
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
