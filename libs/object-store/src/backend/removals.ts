/**
 * Removals of one very copy (by its etag) that are under way in this process. A write of the same name waits for them: S3's etag is of the bytes alone, so that
 * the removal of a dead or damaged copy would take the same bytes, written anew while it is on its way, along. Between processes
 * that can still happen, since no service compares more than the etag: it costs a compute, never a wrong value.
 */
export class Removals {
  readonly #running = new Map<string, Set<Promise<unknown>>>();

  /** `removal`, which counts as under way until it settles. */
  async add<T>(name: string, removal: Promise<T>): Promise<T> {
    const running = this.#running.get(name) ?? new Set();
    this.#running.set(name, running.add(removal));
    try {
      return await removal;
    } finally {
      running.delete(removal);
      if (running.size === 0) this.#running.delete(name);
    }
  }

  /** Resolves once none of this name is under way; `undefined`: none is. Rejects with the signal's reason as soon as it aborts. */
  over(name: string, signal?: AbortSignal): Promise<void> | undefined {
    return this.#running.has(name) ? this.#wait(name, signal) : undefined;
  }

  async #wait(name: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      for (let some = this.#running.get(name); some !== undefined; some = this.#running.get(name))
        await Promise.race([Promise.allSettled(some), aborted.promise]);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }
}
