/** A place where one call stops until the test lets it go on. */
export class Gate<C = unknown> {
  readonly #reached = Promise.withResolvers<C>();
  readonly #left = Promise.withResolvers<void>();
  #state: "armed" | "waiting" | "released" = "armed";

  constructor() {
    // A gate that fails before anybody waits at it is no unhandled rejection.
    this.#left.promise.catch(() => undefined);
  }

  /** Resolves with the call when it has arrived. */
  get reached(): Promise<C> {
    return this.#reached.promise;
  }

  /** Whether a call stands here now. */
  get waiting(): boolean {
    return this.#state === "waiting";
  }

  /** Lets the call go on; one that arrives later does not stop. */
  release(): void {
    this.#state = "released";
    this.#left.resolve();
  }

  /** Makes the call reject with `error`. */
  fail(error: unknown): void {
    this.#state = "released";
    this.#left.reject(error);
  }

  /** Called by who stops here. Rejects with the reason of `signal` when that aborts first. */
  async pass(call: C, signal?: AbortSignal): Promise<void> {
    if (this.#state === "armed") this.#state = "waiting";
    this.#reached.resolve(call);
    if (signal === undefined) return this.#left.promise;
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([this.#left.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
