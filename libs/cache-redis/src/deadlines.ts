import type { Clock } from "@cogniverse/sdk";

/** A call that waits for its answer. */
export interface Waiting {
  untilTick: number;
}

/** Ticks in the span of a limit: late is up to this part of it later. */
const TICKS = 8;

/**
 * Ends calls whose time is over. One timer for all of them, which runs while one waits, and no look at the clock: a timer for each costs more than
 * the rest of a read. A process that was stopped counts on from where it was, so that answers which lie in its sockets are read first.
 */
export class Deadlines<W extends Waiting> {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #late: (waiting: W) => void;
  readonly #ticked: (everyMs: number) => void;
  readonly #waiting = new Set<W>();
  #tick = 0;
  #timer: Disposable | undefined;
  #idle: (() => void) | undefined;

  /** `late` is told what has waited too long, `ticked` that so much time has passed in which something waited. */
  constructor(
    clock: Clock,
    limitMs: number,
    { late, ticked }: Readonly<{ late: (waiting: W) => void; ticked: (everyMs: number) => void }>,
  ) {
    this.#clock = clock;
    this.#everyMs = Math.max(10, limitMs / TICKS);
    this.#late = late;
    this.#ticked = ticked;
  }

  begin(waiting: W, limitMs: number): void {
    // Of the tick that is running, some part is over.
    waiting.untilTick = this.#tick + 1 + Math.ceil(limitMs / this.#everyMs);
    this.#waiting.add(waiting);
    if (this.#timer === undefined) this.#start();
  }

  /** Calls that have begun and not settled. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether it had begun and not settled before. */
  settle(waiting: W): boolean {
    if (!this.#waiting.delete(waiting)) return false;
    if (this.#waiting.size === 0) this.#idle?.();
    return true;
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

  #start(): void {
    this.#timer = this.#clock.after(this.#everyMs, () => this.#look(), true);
  }

  #look(): void {
    this.#timer = undefined;
    this.#tick++;
    for (const waiting of this.#waiting) if (waiting.untilTick <= this.#tick) this.#late(waiting);
    if (this.#waiting.size === 0) return;
    this.#ticked(this.#everyMs);
    this.#start();
  }
}
