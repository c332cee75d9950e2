import type { Clock } from "@cogniverse/sdk";
import type { Turns } from "./turns.ts";

/** What a node's clocks show when the world begins, and how fast they run. */
export type ClockStart = Readonly<{ wall: number; monotonic: number; rate: number }>;

class Timer implements Disposable {
  readonly due: number;
  readonly run: () => void;
  readonly #among: Timer[];

  constructor(due: number, run: () => void, among: Timer[]) {
    this.due = due;
    this.run = run;
    this.#among = among;
  }

  [Symbol.dispose](): void {
    const at = this.#among.indexOf(this);
    if (at >= 0) this.#among.splice(at, 1);
  }
}

/** A node's own two clocks over the world's true time. */
export class NodeClock implements Clock {
  readonly #turns: Turns;
  readonly #start: ClockStart;
  /** The first to be due stands first; of two that are due together the older one. */
  readonly #timers: Timer[] = [];
  readonly #began: number;
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
    const timers = this.#timers;
    const timer = new Timer(this.monotonic() + Math.max(0, delayMs), run, timers);
    let at = timers.length;
    while (at > 0 && timer.due < (timers[at - 1]?.due ?? -Infinity)) at--;
    timers.splice(at, 0, timer);
    return timer;
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
    const first = this.#timers[0];
    if (first === undefined) return Infinity;
    return this.#turns.now + (first.due - this.monotonic()) / this.#start.rate;
  }

  fire(): void {
    this.#timers.shift()?.run();
  }

  #passed(at: number): number {
    return (at - this.#began) * this.#start.rate;
  }
}
