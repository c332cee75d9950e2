import { CacheError } from "@cogniverse/sdk";
import { abortable } from "../time/abortable.ts";
import type { SharedTrace } from "../trace/shared-trace.ts";

/**
 * One look-up or compute of one key that several callers share. It aborts when the last of them has gone.
 */
export class Flight {
  readonly tenantId: string;
  readonly path: string;
  #controller: AbortController | undefined;
  #abortedBy: { readonly reason: unknown } | undefined;
  /** True once the compute may have read anything: who joins later cannot count on seeing what changed before. */
  computeBegan = false;
  /** That of the read which began the flight, which may have gone long before its end. */
  readonly trace: SharedTrace | undefined;
  /** Flights whose result this one's compute awaits. */
  readonly waitsFor: Map<Flight, number> = new Map();
  readonly #cancelled = Promise.withResolvers<never>();
  #callers = 0;

  constructor(tenantId: string, path: string, trace?: SharedTrace) {
    this.tenantId = tenantId;
    this.path = path;
    this.trace = trace;
    this.#cancelled.promise.catch(() => undefined);
  }

  /** Made when somebody asks: most flights end before anybody listens. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedBy !== undefined) this.#controller.abort(this.#abortedBy.reason);
    }
    return this.#controller.signal;
  }

  get isAborted(): boolean {
    return this.#abortedBy !== undefined;
  }

  /** What `running` comes to, or the reason of the flight's abort if that is earlier. */
  unlessAborted<R>(running: Promise<R>): Promise<R> {
    return Promise.race([running, this.#cancelled.promise]);
  }

  /** Ends the flight for everybody: the compute's signal aborts and all callers are rejected with the reason, whether the compute obeys or not. */
  abort(reason: unknown): void {
    this.#cancel(reason);
    this.#cancelled.reject(reason);
  }

  /**
   * Waits for the flight's outcome as one more caller. The caller's own abort rejects with its reason and leaves the others alone. `from`: the
   * flight whose compute asks; a circle of flights that wait for each other is refused with `reentrant`.
   */
  async join<R>(
    outcome: Promise<R>,
    signal: AbortSignal | undefined,
    from: Flight | undefined,
  ): Promise<R> {
    if (from !== undefined && reaches(this, from)) throw reentrant(from, this);
    this.#callers++;
    if (from !== undefined) from.waitsFor.set(this, (from.waitsFor.get(this) ?? 0) + 1);
    try {
      return await abortable(this.unlessAborted(outcome), signal);
    } finally {
      if (from !== undefined) leave(from.waitsFor, this);
      // Whoever leaves by an abort of their own may be the last that the flight was for.
      if (--this.#callers === 0 && signal?.aborted === true)
        this.#cancel(new DOMException("No caller waits for it any more", "AbortError"));
    }
  }

  #cancel(reason: unknown): void {
    this.#abortedBy ??= { reason };
    this.#controller?.abort(reason);
  }
}

function leave(waits: Map<Flight, number>, flight: Flight): void {
  const left = (waits.get(flight) ?? 1) - 1;
  if (left === 0) waits.delete(flight);
  else waits.set(flight, left);
}

/** Whether `from`'s outcome hangs on `to`'s. */
function reaches(from: Flight, to: Flight, seen: Set<Flight> = new Set()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  for (const next of from.waitsFor.keys()) if (reaches(next, to, seen)) return true;
  return false;
}

/** A circle of computes that could never end. `from`: the one that asks; `to`: the one it asks for. */
export function reentrant(from: Flight, to: Flight): CacheError {
  const message =
    from === to
      ? `The compute of ${to.path} asks for its own key and would wait for itself for ever`
      : `The compute of ${from.path} asks for ${to.path}, whose compute waits for ${from.path}: neither could ever end`;
  return new CacheError(
    "reentrant",
    `${message}. Read what it needs from the source, or under another key`,
  );
}
