import type { Clock, Entry, EntryMetadata, Eviction, EvictionSource } from "@cogniverse/sdk";
import { decodeFrameHeader } from "@cogniverse/sdk/frame";
import { splitEntryKey } from "./entry-key.ts";
import type { Found } from "./entry-index.ts";
import { recordFrame } from "./index-record.ts";

/** How long a file is held for a listener that is loading it, in milliseconds. */
const LONGEST_HOLD_MS = 10_000;

/** Reads an evicted entry whose file is still there. */
export type LoadEvicted = (found: Found) => Promise<Entry | undefined>;

/** Tells listeners what is evicted, and says how long its file must stay. */
export class Evictions implements EvictionSource {
  readonly #listeners = new Set<(eviction: Eviction) => void>();
  readonly #clock: Clock;
  readonly #load: LoadEvicted;

  constructor(clock: Clock, load: LoadEvicted) {
    this.#clock = clock;
    this.#load = load;
  }

  onEvict(listener: (eviction: Eviction) => void): Disposable {
    // A wrapper of its own, so that a listener that is registered twice is two.
    const own = (eviction: Eviction): void => listener(eviction);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** Tells of one entry, now. Settles when its file may go; `undefined` where nobody asked for it. */
  tell(found: Found): Promise<unknown> | undefined {
    if (this.#listeners.size === 0) return undefined;
    const header = decodeFrameHeader(recordFrame(found.record));
    if (!header.ok) return undefined;
    const loads: Promise<unknown>[] = [];
    const eviction = this.#eviction(found, header.metadata, loads);
    for (const listener of this.#listeners) listener(eviction.told);
    eviction.close();
    return loads.length === 0 ? undefined : this.#bounded(Promise.allSettled(loads));
  }

  #eviction(
    found: Found,
    metadata: EntryMetadata,
    loads: Promise<unknown>[],
  ): Readonly<{ told: Eviction; close: () => void }> {
    let open = true;
    const load = (): Promise<Entry | undefined> => {
      if (!open) return Promise.resolve(undefined);
      const loading = this.#load(found).catch(() => undefined);
      loads.push(loading);
      return loading;
    };
    const told: Eviction = { ...splitEntryKey(found.key), metadata, cause: "size", load };
    const close = (): void => {
      open = false;
    };
    return { told, close };
  }

  async #bounded(loaded: Promise<unknown>): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(LONGEST_HOLD_MS, resolve);
    await Promise.race([loaded, late]);
    timer[Symbol.dispose]();
  }
}
