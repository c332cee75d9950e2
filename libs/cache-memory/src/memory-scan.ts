import type { Call, KeyScan, StoredHead } from "@cogniverse/sdk";
import type { MemoryStore } from "./memory-store.ts";
import { sortedPages } from "./sorted-keys.ts";

/** Walks a snapshot of the tenant's keys (8 bytes each) and tells of those that are still there when their turn comes. */
export class MemoryScan implements KeyScan {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  async *scan(
    prefix: string,
    after: string | undefined,
    tenantId: string,
    call?: Call,
  ): AsyncGenerator<StoredHead & { readonly key: string }, void> {
    this.#store.admit(call);
    for await (const page of sortedPages(this.#matching(prefix, after, tenantId))) {
      this.#store.admit(call);
      for (const key of page) {
        const slot = this.#store.live(tenantId, key);
        if (slot !== undefined) yield { key, metadata: slot.metadata, etag: slot.etag };
      }
    }
  }

  #matching(prefix: string, after: string | undefined, tenantId: string): string[] {
    const shelf = this.#store.knownShelf(tenantId);
    if (shelf === undefined) return [];
    const matching: string[] = [];
    for (const key of shelf.keys())
      if (key.startsWith(prefix) && (after === undefined || key > after)) matching.push(key);
    return matching;
  }
}
