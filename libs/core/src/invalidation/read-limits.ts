import type { Call, Clock, InvalidationLog } from "@cogniverse/sdk";
import { TimeLimit } from "../time/time-limit.ts";

/**
 * A snapshot has as many parts as the log has scopes, and a log ends each part that hangs by a limit of its own: this one is for a log that does not. A
 * million scopes take a minute and more on a machine that is busy.
 */
const SNAPSHOT_LIMIT_MS = 600_000;
const LOG = (): string => "The invalidation log";

/** Of one node. `readLimitMs`: how long a caller waits for a read, in milliseconds. */
export type ReadLimitOptions = Readonly<{
  clock: Clock;
  log: Pick<InvalidationLog, "sharesClock" | "leaseMs">;
  readLimitMs: number;
}>;

/** How long the log may take for an answer. */
export class ReadLimits implements Disposable {
  readonly #read: TimeLimit;
  readonly #snapshot: TimeLimit;

  constructor({ clock, log, readLimitMs }: ReadLimitOptions) {
    // An answer over a network is worth having for as long as the lease could still be renewed by it.
    const limitMs = log.sharesClock === true ? readLimitMs : Math.max(readLimitMs, log.leaseMs);
    this.#read = new TimeLimit(clock, limitMs);
    this.#snapshot = new TimeLimit(clock, Math.max(limitMs, SNAPSHOT_LIMIT_MS));
  }

  /** Rejects with `timeout` or the signal's reason, or as `run` does. */
  read<R>(run: (call: Call) => Promise<R>, signal?: AbortSignal): Promise<R> {
    return this.#read.run(LOG, run, { signal });
  }

  /** As {@link read}. It may take longer than a lease: who loaded it reads on before he serves. */
  snapshot<R>(run: (call: Call) => Promise<R>, signal?: AbortSignal): Promise<R> {
    return this.#snapshot.run(LOG, run, { signal });
  }

  /** As of {@link TimeLimit}. */
  [Symbol.dispose](): void {
    this.#read[Symbol.dispose]();
    this.#snapshot[Symbol.dispose]();
  }
}
