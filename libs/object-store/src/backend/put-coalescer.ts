import type { Call, Clock, WriteCondition } from "@cogniverse/sdk";
import type { OutgoingEntry } from "./entry-writer.ts";

/** The etag of a write that a later one of this process took the place of before it was sent. No copy ever has it. */
export const SUPERSEDED = "superseded";

/** The conditions under which writes of one key may become one. */
type Merged = Extract<WriteCondition, { if: "not-newer" }> | undefined;

/** What a caller is told when the write landed: its etag, that it was written over at once, or that it was not newer. */
type Part = "written" | "superseded" | "refused";

type Waiter = {
  readonly resolve: (etag: string | undefined) => void;
  readonly reject: (error: unknown) => void;
  part: Part;
  waits: boolean;
};

/** One write to come or under way, and all for whom it is done. */
type Slot = {
  entry: OutgoingEntry;
  condition: Merged;
  readonly waiters: Waiter[];
  readonly left: AbortController;
};

type KeyState = { running: boolean; dueAt: number; next?: Slot | undefined; timer?: Disposable };

/** Sends one write; see `EntryWriter.put`. */
export type SendPut = (
  entry: OutgoingEntry,
  condition: WriteCondition | undefined,
  call: Call,
) => Promise<string | undefined>;

/**
 * Lets the writes of one key begin at least so far apart, for services that take about one a second of an object. The first goes at once; of those that
 * come until the next may begin only the latest is sent, which is what all of them one after the other would have left.
 */
export class PutCoalescer {
  readonly #send: SendPut;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** In the order in which their last writes began. */
  readonly #keys = new Map<string, KeyState>();
  #hurries = false;

  constructor(send: SendPut, clock: Clock, intervalMs: number) {
    this.#send = send;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  put(entry: OutgoingEntry, condition: Merged, call?: Call): Promise<string | undefined> {
    this.#forgetOld();
    const state = this.#keys.get(entry.name) ?? { running: false, dueAt: -Infinity };
    this.#keys.set(entry.name, state);
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    const waiter: Waiter = { resolve, reject, part: "written", waits: true };
    if (state.next === undefined) {
      state.next = { entry, condition, waiters: [], left: new AbortController() };
    } else merge(state.next, { entry, condition, waiter });
    const slot = state.next;
    slot.waiters.push(waiter);
    if (slot.waiters.length === 1) this.#schedule(state);
    const abort = (): void => {
      waiter.waits = false;
      reject(call?.signal?.reason);
      if (slot.waiters.some(({ waits }) => waits)) return;
      if (state.next === slot) state.next = undefined;
      slot.left.abort(call?.signal?.reason);
    };
    call?.signal?.addEventListener("abort", abort, { once: true });
    return promise.finally(() => call?.signal?.removeEventListener("abort", abort));
  }

  /** Sends what waits at once, now and from here on. */
  flush(): void {
    this.#hurries = true;
    for (const state of this.#keys.values()) this.#schedule(state);
  }

  #schedule(state: KeyState): void {
    if (state.running || state.next === undefined) return;
    state.timer?.[Symbol.dispose]();
    const delayMs = this.#hurries ? 0 : state.dueAt - this.#clock.monotonic();
    if (delayMs > 0) state.timer = this.#clock.after(delayMs, () => void this.#start(state), true);
    else void this.#start(state);
  }

  async #start(state: KeyState): Promise<void> {
    const slot = state.next;
    state.next = undefined;
    if (slot === undefined) return;
    const { name } = slot.entry;
    state.running = true;
    state.dueAt = this.#clock.monotonic() + this.#intervalMs;
    this.#keys.delete(name);
    this.#keys.set(name, state);
    try {
      const etag = await this.#send(slot.entry, slot.condition, { signal: slot.left.signal });
      for (const { resolve, part } of slot.waiters) resolve(answer(part, etag));
    } catch (error) {
      for (const { reject } of slot.waiters) reject(error);
    } finally {
      state.running = false;
      this.#schedule(state);
    }
  }

  #forgetOld(): void {
    for (const [name, state] of this.#keys) {
      const isIdle = !state.running && state.next === undefined;
      if (!isIdle || state.dueAt > this.#clock.monotonic()) return;
      this.#keys.delete(name);
    }
  }
}

/**
 * Puts a write to the one that waits, as if it came right after. An older one than what waits is refused, as it would be then. What was to be
 * written whatever is there is so together with what replaced it.
 */
function merge(
  slot: Slot,
  {
    entry,
    condition,
    waiter,
  }: Readonly<{ entry: OutgoingEntry; condition: Merged; waiter: Waiter }>,
): void {
  const { order } = slot.entry;
  if (condition !== undefined && order.logId === entry.order.logId && order.asOf > condition.asOf) {
    waiter.part = "refused";
    return;
  }
  for (const earlier of slot.waiters) if (earlier.part === "written") earlier.part = "superseded";
  slot.entry = entry;
  slot.condition = slot.condition === undefined ? undefined : condition;
}

function answer(part: Part, etag: string | undefined): string | undefined {
  if (part === "refused" || etag === undefined) return undefined;
  return part === "superseded" ? SUPERSEDED : etag;
}
