import type { Environment } from "./environment.ts";

interface Job {
  readonly bytes: number;
  run(): void;
  settle(): void;
  fail(error: unknown): void;
}

/** Jobs of one transaction at most, so that none holds the event loop or the other processes for long. */
const MOST_JOBS = 32;
/** Bytes that its jobs write at most, so that what LMDB needs for a transaction beside its rows is bounded too. */
const MOST_BYTES = 128 * 1024;

/**
 * Writes of one environment, grouped: all that come within one turn of the event loop share a transaction and its flush.
 * Jobs run in the order they came, each sees what those before it wrote, and each is settled after the commit.
 */
export class WriteQueue {
  readonly #environment: Environment;
  readonly #sync: "before" | "after";
  readonly #committed: () => void;
  readonly #jobs: Job[] = [];
  #scheduled = false;
  readonly #idle: (() => void)[] = [];

  /** `committed`: called after each transaction, before its jobs are settled; must not throw. */
  constructor(
    environment: Environment,
    sync: "before" | "after",
    committed: () => void = () => undefined,
  ) {
    this.#environment = environment;
    this.#sync = sync;
    this.#committed = committed;
  }

  /**
   * Resolves with what `work` returned inside the transaction. A throw rejects this job alone and takes its writes back.
   * `bytes`: about what it writes, where that is more than a few rows.
   */
  run<T>(work: () => T, bytes: number = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      // Set by run before settle is called.
      let outcome: T;
      this.#jobs.push({
        bytes,
        run: () => {
          outcome = work();
        },
        settle: () => resolve(outcome),
        fail: reject,
      });
      this.#schedule();
    });
  }

  /** Resolves when everything that was queued before is settled. */
  drained(): Promise<void> {
    if (this.#jobs.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#commit(this.#jobs.splice(0, this.#batch()));
      if (this.#jobs.length > 0) return this.#schedule();
      for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  /** How many of the first jobs share the next transaction; at least one. */
  #batch(): number {
    let bytes = 0;
    const over = this.#jobs.findIndex((job, n) => {
      bytes += job.bytes;
      return n === MOST_JOBS || (n > 0 && bytes > MOST_BYTES);
    });
    return over < 0 ? this.#jobs.length : over;
  }

  #commit(jobs: readonly Job[]): void {
    try {
      this.#environment.transact(() => {
        for (const job of jobs) job.run();
      }, this.#sync);
    } catch (error) {
      // One bad job must not fail its neighbours: each gets a transaction of its own, in which the culprit fails again.
      const only = jobs[0];
      if (jobs.length > 1) for (const job of jobs) this.#commit([job]);
      else only?.fail(error);
      return;
    }
    this.#committed();
    for (const job of jobs) job.settle();
  }
}
