import type { Clock, LogHead } from "@cogniverse/sdk";
import { LEASE_MS } from "./lease.ts";
import type { RollCall } from "./roll-call.ts";
import type { Seats } from "./seats.ts";

/** How often those who are waited for are looked at where nothing is heard of them: a process that ends rings no bell. */
const LOOK_AGAIN_MS = 20;

interface Waiter {
  readonly position: number;
  readonly until: number;
  resolve(others: number | undefined): void;
}

/** Callers who wait until the other sessions have applied what they appended. One look serves all of them. */
export class Settling {
  readonly #rollCall: RollCall;
  readonly #seats: Seats;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #next: NodeJS.Immediate | undefined;
  #watching: Disposable | undefined;
  #timer: Disposable | undefined;

  constructor(rollCall: RollCall, seats: Seats, clock: Clock) {
    this.#rollCall = rollCall;
    this.#seats = seats;
    this.#clock = clock;
  }

  /** As `LogSession.settled`, for a head of this log. `undefined` after D at most. Rejects with the signal's reason. */
  of({ position }: LogHead, signal: AbortSignal | undefined): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiters.delete(waiter);
        // The caller's own reason.
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        position,
        until: this.#clock.monotonic() + LEASE_MS,
        resolve: (others) => {
          this.#waiters.delete(waiter);
          signal?.removeEventListener("abort", stop);
          resolve(others);
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiters.add(waiter);
      this.#soon();
    });
  }

  /** Answers `undefined` to all who wait. */
  [Symbol.dispose](): void {
    for (const waiter of this.#waiters) waiter.resolve(undefined);
    this.#rest();
  }

  /** Looks after all calls of this turn of the event loop, each of whose heads was committed before. */
  #soon(): void {
    this.#next ??= setImmediate(() => {
      this.#next = undefined;
      this.#look();
    });
  }

  #look(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#answer();
    if (this.#waiters.size > 0 && this.#watching === undefined) {
      this.#watching = this.#seats.watch(() => this.#soon());
      // What was said between that look and the watching is not told of.
      this.#answer();
    }
    if (this.#waiters.size === 0) this.#rest();
    else this.#timer = this.#clock.after(LOOK_AGAIN_MS, () => this.#look(), true);
  }

  #answer(): void {
    let wanted = -Infinity;
    for (const { position } of this.#waiters) wanted = Math.max(wanted, position);
    try {
      const { reached, others } = this.#rollCall.look(wanted);
      let count: number | undefined;
      for (const waiter of this.#waiters)
        if (waiter.position <= reached) waiter.resolve((count ??= others()));
    } catch {
      // What cannot be read shortens nothing.
      for (const waiter of this.#waiters) waiter.resolve(undefined);
    }
    const now = this.#clock.monotonic();
    for (const waiter of this.#waiters) if (waiter.until <= now) waiter.resolve(undefined);
  }

  #rest(): void {
    clearImmediate(this.#next);
    this.#next = undefined;
    this.#watching?.[Symbol.dispose]();
    this.#watching = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
