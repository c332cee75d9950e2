/** Waiting work is worth this many times the running limit. */
const WAITING_PER_RUNNING = 16;

/**
 * Work that nobody waits for: promotions, demotions, deletions. So many run at a time; beyond as many again waiting the oldest waiting piece is
 * given up, since all of it is only worth something while it is recent.
 */
export class Background {
  /** Pieces given up for want of room since the start. */
  givenUp = 0;
  readonly #limit: number;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: (() => Promise<void>)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a piece of work, which must not reject. */
  add(run: () => Promise<void>): void {
    if (this.#running.size < this.#limit) return this.#start(run);
    this.#waiting.push(run);
    if (this.#waiting.length <= this.#limit * WAITING_PER_RUNNING) return;
    this.#waiting.shift();
    this.givenUp++;
  }

  /** Resolves when nothing that was added before the call, or by it, is left. */
  async flush(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(run: () => Promise<void>): void {
    const done = run().finally(() => {
      this.#running.delete(done);
      const next = this.#waiting.shift();
      if (next !== undefined) this.#start(next);
    });
    this.#running.add(done);
  }
}
