import { type Entry, type Eviction, type EvictionSource, isUnreadable } from "@cogniverse/sdk";
import type { entryBackend } from "@cogniverse/testkit";

/** Tells of what makes room, and makes it. */
export class Evictions implements EvictionSource {
  readonly #listeners = new Set<(eviction: Eviction) => void>();
  readonly #inner: () => ReturnType<typeof entryBackend>;
  readonly #maxEntries: number;

  constructor(inner: () => ReturnType<typeof entryBackend>, maxEntries: number) {
    this.#inner = inner;
    this.#maxEntries = maxEntries;
  }

  onEvict(listener: (eviction: Eviction) => void): Disposable {
    const own = (eviction: Eviction): void => listener(eviction);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  async makeRoom(tenantId: string): Promise<void> {
    if (this.#maxEntries === Infinity) return;
    const keys = await this.#inner().listKeys("", tenantId);
    for (const key of keys.slice(0, Math.max(0, keys.length - this.#maxEntries))) {
      const copy = await this.#inner().entries.getEntry(key, tenantId);
      if (copy === undefined || isUnreadable(copy)) continue;
      const load = (): Promise<Entry | undefined> => Promise.resolve(copy);
      const { metadata } = copy;
      for (const listener of this.#listeners)
        listener({ key, tenantId, metadata, cause: "size", load });
      await this.#inner().delete(key, tenantId);
    }
  }
}
