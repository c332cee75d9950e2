import type { Entry, Eviction, EvictionSource, Logger } from "@cogniverse/sdk";
import type { Slot } from "./slot.ts";

type Listener = (eviction: Eviction) => void;

/** Tells listeners of each eviction once. */
export class EvictionTeller implements EvictionSource {
  readonly #listeners = new Set<Readonly<{ hear: Listener }>>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  onEvict(listener: Listener): Disposable {
    const held = { hear: listener };
    this.#listeners.add(held);
    return { [Symbol.dispose]: () => void this.#listeners.delete(held) };
  }

  /** Returns when all listeners did; from then on `load` answers `undefined`, so that nobody keeps evicted bytes alive unseen. */
  tell(slot: Slot, cause: Eviction["cause"]): void {
    if (this.#listeners.size === 0) return;
    let held: Entry | undefined = slot.entry;
    const { key, metadata, tenantId } = slot;
    const eviction: Eviction = { key, tenantId, metadata, cause, load: async () => held };
    for (const { hear } of this.#listeners) this.#hear(hear, eviction);
    held = undefined;
  }

  #hear(listener: Listener, eviction: Eviction): void {
    try {
      listener(eviction);
    } catch (error) {
      this.#logger.error("An eviction listener threw", { error: String(error) });
    }
  }
}
