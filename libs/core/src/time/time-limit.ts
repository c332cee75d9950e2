import { CacheError, type Call, type Clock } from "@cogniverse/sdk";

/**
 * One time limit for many calls. Since it is the same for all, calls run out in the order in which they began: one timer for the oldest
 * serves them all, and a call that is quick costs an entry in a set, no timer and no signal that nobody looks at.
 */
export class TimeLimit implements Disposable {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #pending = new Set<PendingCall>();
  #timer: Disposable | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /**
   * Stops waiting at the limit (rejects with `timeout`, naming `what`), whether `run` obeys its signal or not. The signal in `from` is passed on to
   * `run` and looked at only when asked for, unless `prompt`: then its abort ends the wait at once too.
   */
  async run<R>(
    what: () => string,
    run: (call: Call) => Promise<R>,
    from: Call = {},
    prompt = true,
  ): Promise<R> {
    if (prompt) from.signal?.throwIfAborted();
    const pending = new PendingCall(this.#clock.monotonic() + this.#limitMs, what, from);
    if (this.#limitMs !== Infinity) this.#watch(pending);
    if (prompt && from.signal !== undefined) pending.listen(from.signal);
    try {
      const running = run(new LazyCall(pending));
      return await (this.#limitMs !== Infinity || pending.listens
        ? pending.race(running)
        : running);
    } finally {
      this.#pending.delete(pending);
      pending.settle();
    }
  }

  /** Takes the timer away and stops waiting for the limited calls that are under way (`closed`): nobody would end them any more. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    for (const pending of this.#pending) {
      const message = `${pending.what()} had not answered when the cache was closed`;
      pending.stop(new CacheError("closed", message));
    }
    this.#pending.clear();
  }

  #watch(pending: PendingCall): void {
    this.#pending.add(pending);
    this.#timer ??= this.#clock.after(this.#limitMs, () => this.#expire());
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (const pending of this.#pending) {
      const leftMs = pending.until - now;
      if (leftMs > 0) {
        this.#timer = this.#clock.after(Math.ceil(leftMs), () => this.#expire());
        return;
      }
      this.#pending.delete(pending);
      const message = `${pending.what()} did not answer within ${this.#limitMs} ms`;
      pending.stop(new CacheError("timeout", message, { retryable: true }));
    }
  }
}

/**
 * What a backend is given: a signal that is made when somebody asks for it. An own property, so that a backend may copy what it is given; one getter for
 * all calls, since V8 keeps objects with a getter each as dictionaries, which no young collection frees with what they lead to.
 */
class LazyCall {
  declare readonly signal: AbortSignal;
  readonly #pending: PendingCall;

  constructor(pending: PendingCall) {
    this.#pending = pending;
    Object.defineProperty(this, "signal", LazyCall.#property);
  }

  static readonly #property: PropertyDescriptor & ThisType<LazyCall> = {
    enumerable: true,
    get() {
      return this.#pending.signal;
    },
  };
}

/** One call under way. Its signal is made only when somebody asks for it. */
class PendingCall {
  readonly until: number;
  readonly what: () => string;
  readonly #from: Call;
  #parent: AbortSignal | undefined;
  #controller: AbortController | undefined;
  listens = false;
  #end: ((reason: unknown) => void) | undefined;

  constructor(until: number, what: () => string, from: Call) {
    this.until = until;
    this.what = what;
    this.#from = from;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      const { signal } = this.#from;
      if (signal?.aborted === true) this.#controller.abort(signal.reason);
      else if (signal !== undefined) this.listen(signal);
    }
    return this.#controller.signal;
  }

  listen(parent: AbortSignal): void {
    if (this.listens) return;
    this.listens = true;
    this.#parent = parent;
    this.#parent.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** What `running` comes to, unless the call is stopped before. */
  race<R>(running: Promise<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#end = reject;
      running.then(resolve, reject);
    });
  }

  stop(reason: unknown): void {
    this.#controller?.abort(reason);
    this.#end?.(reason);
  }

  settle(): void {
    if (this.listens) this.#parent?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.stop(this.#parent?.reason);
}
