import type { Environment } from "./environment.ts";

interface Job {
  run(): void;
  settle(): void;
  fail(error: unknown): void;
}

/** Jobs of one transaction at most, so that no transaction holds the event loop or the other processes for long. */
const BATCH = 64;

/**
 * Writes of one environment, grouped: all that come within one turn of the event loop share a transaction and its flush.
 * Jobs run in the order they came, each sees what those before it wrote, and each is settled after the commit.
 */
export class WriteQueue {
  readonly #environment: Environment;
  readonly #sync: "before" | "after";
  readonly #jobs: Job[] = [];
  #scheduled = false;
  readonly #idle: (() => void)[] = [];

  constructor(environment: Environment, sync: "before" | "after") {
    this.#environment = environment;
    this.#sync = sync;
  }

  /** Resolves with what `work` returned inside the transaction. A throw rejects this job alone and takes its writes back. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      // Set by run before settle is called.
      let outcome: T;
      this.#jobs.push({
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
      this.#commit(this.#jobs.splice(0, BATCH));
      if (this.#jobs.length > 0) return this.#schedule();
      for (const resolve of this.#idle.splice(0)) resolve();
    });
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
    for (const job of jobs) job.settle();
  }
}
