/** Work of several callers, one after the other in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * What `work` gives, or the signal's reason as soon as it aborts: the work is then not begun, or goes on and the next one waits for its end. How the ones
   * before it ended makes no difference.
   */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const own = this.#last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.#last = own.catch(() => undefined);
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([own, promise]);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }
}
