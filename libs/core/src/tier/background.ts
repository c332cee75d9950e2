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
  readonly #awaited = new Set<Promise<unknown>>();
  #begun = 0;

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

  /** Lets {@link flush} wait for work that a caller awaits and may walk away from. It must not reject. */
  track<R>(work: Promise<R>): Promise<R> {
    const done = work.finally(() => this.#awaited.delete(done));
    this.#awaited.add(done);
    return done;
  }

  /**
   * Resolves when nothing that was added before the call is left. What comes in meanwhile cannot hold it up for ever: it waits for as many
   * pieces to begin as were waiting, and no longer for later ones.
   */
  async flush(): Promise<void> {
    const last = this.#begun + this.#waiting.length;
    await Promise.all(this.#awaited);
    while (this.#running.size > 0) {
      const before = [...this.#running];
      const begunAll = this.#begun >= last;
      await (begunAll ? Promise.all(before) : Promise.race(before));
      if (begunAll) return;
    }
  }

  /** Resolves when nothing at all is left, also of what running pieces add. For closing, when nobody else adds any more. */
  async drain(): Promise<void> {
    while (this.#running.size + this.#awaited.size > 0)
      await Promise.all([...this.#running, ...this.#awaited]);
  }

  #start(run: () => Promise<void>): void {
    this.#begun++;
    const done = run().finally(() => {
      this.#running.delete(done);
      const next = this.#waiting.shift();
      if (next !== undefined) this.#start(next);
    });
    this.#running.add(done);
  }
}
