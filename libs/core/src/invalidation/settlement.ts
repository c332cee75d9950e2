import type { Call, Clock, InvalidationLog, LogHead, LogSession } from "@cogniverse/sdk";
import { atLeast } from "../time/at-least.ts";
import { TimeLimit } from "../time/time-limit.ts";
import type { LogStatus } from "./log-status.ts";

/** What {@link Settlement} needs. */
export interface SettlementOptions {
  readonly log: InvalidationLog;
  readonly session: LogSession;
  readonly clock: Clock;
  readonly status: LogStatus;
}

/** That no other node can serve from before a record. `by`: what told; `undefined` where nobody else serves. */
export type Settled = Readonly<{ nodes: number; by: "sessions" | "lease" | undefined }>;

/** Finds out when no other node can serve from before a record any more: by asking who serves, or by letting D pass (protocol rules 8 and 9). */
export class Settlement {
  readonly #options: SettlementOptions;
  /** Later than D the answer is worth nothing. */
  readonly #askLimit: TimeLimit;
  /** How many acknowledgements every other node's word ended, and how many the passing of D. */
  readonly counts: { sessions: number; lease: number } = { sessions: 0, lease: 0 };

  constructor(options: SettlementOptions) {
    this.#options = options;
    this.#askLimit = new TimeLimit(options.clock, options.log.leaseMs);
  }

  /** Resolves once no other node can serve from before `head`, which was durable when this was called. */
  async of(head: LogHead, signal?: AbortSignal): Promise<Settled> {
    const { log, clock, status } = this.#options;
    if (log.leaseMs === 0) return { nodes: 0, by: undefined };
    const durableAt = clock.monotonic();
    const nodes = await this.#asked(head, signal);
    const by = nodes === undefined ? "lease" : "sessions";
    status.acknowledges(by, log.leaseMs);
    if (nodes === undefined) await atLeast(clock, durableAt + log.leaseMs, signal);
    this.counts[by]++;
    return { nodes: nodes ?? 1, by };
  }

  /** What is known of other nodes. A table that fails or says nothing shortens no acknowledgement and lengthens none: D settles it. */
  async #asked(head: LogHead, signal: AbortSignal | undefined): Promise<number | undefined> {
    const ask = async (call: Call): Promise<number | undefined> =>
      this.#options.session.settled(head, call);
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
