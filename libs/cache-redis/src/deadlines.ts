import type { Clock } from "@cogniverse/sdk";

/** A call that waits for its answer. */
interface Waiting {
  readonly untilMs: number;
  readonly late: () => void;
}

/** Looks a second and so many times in the span of a limit: late is up to this part of it later. */
const LOOKS = 8;

/** Ends calls whose time is over. One timer for all of them: a timer for each costs more than the rest of a read. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #waiting = new Set<Waiting>();
  #timer: Disposable | undefined;
  #idle: (() => void) | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#everyMs = Math.max(10, limitMs / LOOKS);
  }

  /** Calls `late` once unless {@link settle} comes within `limitMs`. */
  begin(limitMs: number, late: () => void): Waiting {
    const waiting = { untilMs: this.#clock.monotonic() + limitMs, late };
    this.#waiting.add(waiting);
    this.#timer ??= this.#clock.after(this.#everyMs, () => this.#look(), true);
    return waiting;
  }

  /** Calls that have begun and not settled. */
  get waiting(): number {
    return this.#waiting.size;
  }

  settle(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    this.#idle?.();
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#idle = resolve));
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (const waiting of this.#waiting) if (waiting.untilMs <= now) waiting.late();
    if (this.#waiting.size > 0)
      this.#timer = this.#clock.after(this.#everyMs, () => this.#look(), true);
  }
}
