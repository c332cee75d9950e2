import type { Call, Clock, Position } from "@cogniverse/sdk";
import type { Level } from "./level.ts";

/** A wait is looked after by itself so many times in D: an acknowledgement may get lost, and silent sessions are dropped that way. */
const LOOKS_IN_LEASE = 10;

/** What is asked for all who wait: the least and the greatest position of one log. `name`: see {@link Level}; "" = any. */
export type Question = Readonly<{ logId: string; name: string; low: Position; high: Position }>;

/** How far all sessions are, and how many others there are; `undefined`: that cannot be told. */
export type Reached = Readonly<{ position: number; others: number }> | undefined;

/** What waits ask, and what they tell of themselves. */
export interface SettlingOptions {
  readonly clock: Clock;
  readonly leaseMs: () => number;
  readonly ask: (question: Question) => Promise<Reached>;
  /** Acknowledgements are heard from the call on until the answer is disposed of. */
  readonly listen: () => Disposable;
  /** Somebody has waited for half of D. */
  readonly late: () => void;
}

type Waiter = Readonly<{
  logId: string;
  name: string;
  position: Position;
  since: number;
  resolve: (others: number | undefined) => void;
  reject: (error: unknown) => void;
}>;

/**
 * All waits of one session for the others. One question at a time for all of them, however many they are; then the acknowledgement is heard by
 * whoever listens and handed to {@link reached}.
 */
export class Settling implements Disposable {
  readonly #options: SettlingOptions;
  readonly #waiters = new Set<Waiter>();
  /** Those of the waiters that no question has spoken for. */
  readonly #fresh = new Set<Waiter>();
  #asking = false;
  #timer: Disposable | undefined;
  #listening: Disposable | undefined;

  constructor(options: SettlingOptions) {
    this.#options = options;
  }

  /** Resolves with the number of other sessions once all have applied what is there up to `position`, `undefined` where that cannot be told. */
  async of(
    place: Readonly<{ logId: string; name: string; position: Position }>,
    { signal }: Call = {},
  ): Promise<number | undefined> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const since = this.#options.clock.monotonic();
    const waiter: Waiter = { ...place, since, resolve, reject };
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiters.add(waiter);
    this.#fresh.add(waiter);
    // Before the question: what is acknowledged after its answer is heard then.
    this.#listening ??= this.#options.listen();
    if (!this.#asking) void this.#ask();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#waiters.delete(waiter);
      this.#fresh.delete(waiter);
      if (this.#waiters.size === 0) this[Symbol.dispose]();
    }
  }

  /** An acknowledgement was heard. */
  reached(level: Level): void {
    const { logId, position, sessions, name } = level;
    for (const waiter of this.#waiters)
      if (waiter.logId === logId && waiter.position <= position)
        if (waiter.name === "" || waiter.name === name) waiter.resolve(Math.max(0, sessions - 1));
  }

  /** Who still waits is told that it cannot be told. */
  [Symbol.dispose](): void {
    for (const { resolve } of this.#waiters) resolve(undefined);
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#listening?.[Symbol.dispose]();
    this.#listening = undefined;
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    // All who begin to wait in this turn are asked for at once.
    await Promise.resolve();
    this.#timer?.[Symbol.dispose]();
    for (const waiters of groups(this.#waiters)) await this.#askFor(waiters);
    this.#asking = false;
    if (this.#fresh.size > 0) void this.#ask();
    else if (this.#waiters.size > 0) this.#lookLater();
  }

  async #askFor(waiters: readonly Waiter[]): Promise<void> {
    const [first] = waiters;
    if (first === undefined) return;
    for (const waiter of waiters) this.#fresh.delete(waiter);
    const { logId, name } = first;
    const low = waiters.reduce((least, { position }) => lesser(least, position), first.position);
    const high = waiters.reduce((most, { position }) => greater(most, position), first.position);
    try {
      const reached = await this.#options.ask({ logId, name, low, high });
      for (const { position, resolve } of waiters)
        if (reached === undefined) resolve(undefined);
        else if (position <= reached.position) resolve(reached.others);
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
  }

  #lookLater(): void {
    const { clock, leaseMs, late } = this.#options;
    this.#timer = clock.after(leaseMs() / LOOKS_IN_LEASE, () => {
      const longAgo = clock.monotonic() - leaseMs() / 2;
      if ([...this.#waiters].some(({ since }) => since <= longAgo)) late();
      if (!this.#asking) void this.#ask();
    });
  }
}

/** One question speaks for one log and one name. */
function groups(waiters: Iterable<Waiter>): readonly (readonly Waiter[])[] {
  return [...Map.groupBy(waiters, ({ logId, name }) => `${logId} ${name}`).values()];
}

function lesser(a: Position, b: Position): Position {
  return a < b ? a : b;
}

function greater(a: Position, b: Position): Position {
  return a > b ? a : b;
}
