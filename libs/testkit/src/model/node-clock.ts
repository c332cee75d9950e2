import type { Clock } from "@cogniverse/sdk";
import type { Turns } from "./turns.ts";

/** What a node's clocks show when the world begins, and how fast they run. */
export type ClockStart = Readonly<{ wall: number; monotonic: number; rate: number }>;

type Timer = Readonly<{ due: number; order: number; run: () => void }>;

/** A node's own two clocks over the world's true time. */
export class NodeClock implements Clock {
  readonly #turns: Turns;
  readonly #start: ClockStart;
  readonly #timers = new Set<Timer>();
  readonly #began: number;
  #made = 0;
  #jumped = 0;
  /** What the monotonic clock did not count. */
  #slept = 0;
  #sleepsSince: number | undefined;

  constructor(turns: Turns, start: ClockStart) {
    this.#turns = turns;
    this.#start = start;
    this.#began = turns.now;
  }

  now(): number {
    return this.#start.wall + this.#passed(this.#turns.now) + this.#jumped;
  }

  monotonic(): number {
    const at = this.#sleepsSince ?? this.#turns.now;
    return this.#start.monotonic + this.#passed(at) - this.#slept;
  }

  after(delayMs: number, run: () => void): Disposable {
    const timer = { due: this.monotonic() + Math.max(0, delayMs), order: this.#made++, run };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  jump(ms: number): void {
    this.#jumped += ms;
  }

  /** From here on only the wall clock runs. */
  sleep(): void {
    this.#sleepsSince ??= this.#turns.now;
  }

  wake(): void {
    if (this.#sleepsSince === undefined) return;
    this.#slept += this.#passed(this.#turns.now) - this.#passed(this.#sleepsSince);
    this.#sleepsSince = undefined;
  }

  /** True time at which the first timer is due; Infinity without one. */
  dueAt(): number {
    const first = this.#first();
    if (first === undefined) return Infinity;
    return this.#turns.now + (first.due - this.monotonic()) / this.#start.rate;
  }

  fire(): void {
    const first = this.#first();
    if (first === undefined) return;
    this.#timers.delete(first);
    first.run();
  }

  #passed(at: number): number {
    return (at - this.#began) * this.#start.rate;
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.due < first.due) first = timer;
      else if (timer.due === first.due && timer.order < first.order) first = timer;
    }
    return first;
  }
}
