/** Waiting work is worth this many times the running limit. */
const WAITING_PER_RUNNING = 16;

type Piece = Readonly<{
  run: () => Promise<void>;
  givenUp: (() => void) | undefined;
  over: PromiseWithResolvers<void>;
}>;

/**
 * Work that nobody waits for: promotions, demotions, deletions. So many run at a time; beyond as many again waiting the oldest waiting piece is
 * given up, since all of it is only worth something while it is recent.
 */
export class Background {
  readonly #limit: number;
  readonly #waiting: Piece[] = [];
  readonly #unfinished = new Set<Promise<unknown>>();
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a piece of work, which must not reject. `givenUp`: called instead of it, when it will never run. */
  add(run: () => Promise<void>, givenUp?: () => void): void {
    const over = Promise.withResolvers<void>();
    void this.track(over.promise);
    if (this.#running < this.#limit) return this.#start({ run, givenUp, over });
    this.#waiting.push({ run, givenUp, over });
    if (this.#waiting.length <= this.#limit * WAITING_PER_RUNNING) return;
    const oldest = this.#waiting.shift();
    oldest?.givenUp?.();
    oldest?.over.resolve();
  }

  /** Lets {@link flush} and {@link drain} wait for work that a caller awaits and may walk away from. It must not reject. */
  track<R>(work: Promise<R>): Promise<R> {
    this.#unfinished.add(work);
    void work.finally(() => this.#unfinished.delete(work));
    return work;
  }

  /** Resolves when all that was there at the call is done or given up, whatever comes in meanwhile. */
  async flush(): Promise<void> {
    await Promise.all(this.#unfinished);
  }

  /** Resolves when nothing is left, also of what running pieces add. For closing, when nobody else adds any more. */
  async drain(): Promise<void> {
    while (this.#unfinished.size > 0) await Promise.all(this.#unfinished);
  }

  #start({ run, over }: Piece): void {
    this.#running++;
    void run().finally(() => {
      this.#running--;
      over.resolve();
      const next = this.#waiting.shift();
      if (next !== undefined) this.#start(next);
    });
  }
}
