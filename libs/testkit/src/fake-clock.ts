import type { Clock, Options } from "@cogniverse/sdk";
import { settle } from "./settle.ts";

type Timer = { readonly due: number; readonly order: number; readonly run: () => void };

/** Where a {@link FakeClock} starts. Left out: 2025-01-01T00:00:00Z and 1,000,000 ms, so that mixing the two up shows. */
export type FakeClockOptions = Options<{ now: number; monotonic: number }>;

/**
 * A clock that stands still until a test moves it. Timers are due by the monotonic clock and run in the order of their due
 * time, then of their making.
 */
export class FakeClock implements Clock {
  #now: number;
  #monotonic: number;
  #made = 0;
  readonly #timers = new Set<Timer>();

  constructor(options: FakeClockOptions = {}) {
    this.#now = options.now ?? Date.UTC(2025, 0, 1);
    this.#monotonic = options.monotonic ?? 1_000_000;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(delayMs: number, run: () => void): Disposable {
    const timer = { due: this.#monotonic + Math.max(0, delayMs), order: this.#made++, run };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Timers that have not run yet. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Moves both clocks by `ms` and runs what falls due on the way, each timer at its own instant, also timers that timers make.
   * Promises settle only after it returned; see {@link advanceAndSettle}.
   */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) this.#fire(next);
    this.#moveTo(end);
  }

  /** As {@link advance}, letting promises settle before, between and after the timers. */
  async advanceAndSettle(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#fire(next);
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  /** Moves the wall clock alone, forward or (negative) back, as an administrator or NTP does. */
  jumpWall(ms: number): void {
    this.#now += ms;
  }

  /**
   * The process was stopped: time passes and no timer runs. A machine that slept may count it on one clock only. What fell due
   * runs at the next {@link advance}, even by 0.
   */
  suspend(passed: Readonly<{ wallMs: number; monotonicMs: number }>): void {
    this.#now += passed.wallMs;
    this.#monotonic += passed.monotonicMs;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > end) continue;
      if (first === undefined || timer.due < first.due) first = timer;
      else if (timer.due === first.due && timer.order < first.order) first = timer;
    }
    return first;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#moveTo(timer.due);
    timer.run();
  }

  #moveTo(instant: number): void {
    const passed = Math.max(0, instant - this.#monotonic);
    this.#now += passed;
    this.#monotonic += passed;
  }
}
