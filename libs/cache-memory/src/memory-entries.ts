import type {
  Call,
  Entry,
  EntryStore,
  StoredEntry,
  StoredHead,
  UnreadableCopy,
  WriteCondition,
} from "@cogniverse/sdk";
import type { MemoryStore } from "./memory-store.ts";
import { undecoded } from "./undecoded.ts";

const EXPIRED: UnreadableCopy = { unreadable: "expired" };

/** Bytes and metadata of a {@link MemoryStore}. What is written here has no decoded value, so no resident look-up finds it. */
export class MemoryEntries implements EntryStore {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  async getEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredEntry | UnreadableCopy | undefined> {
    this.#store.admit(call);
    const slot = this.#store.read(tenantId, key);
    if (slot === undefined || slot === "expired") return slot && EXPIRED;
    slot.visited = true;
    return { data: slot.entry.data, metadata: slot.metadata, etag: slot.etag };
  }

  async headEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredHead | UnreadableCopy | undefined> {
    this.#store.admit(call);
    const slot = this.#store.read(tenantId, key);
    if (slot === undefined || slot === "expired") return slot && EXPIRED;
    return { metadata: slot.metadata, etag: slot.etag };
  }

  async putEntry(
    key: string,
    entry: Entry,
    tenantId: string,
    condition?: WriteCondition,
    call?: Call,
  ): Promise<string | undefined> {
    this.#store.admit(call);
    return this.#store.write(tenantId, undecoded(key, entry), condition)?.etag;
  }

  async deleteEntry(key: string, etag: string, tenantId: string, call?: Call): Promise<boolean> {
    this.#store.admit(call);
    const slot = this.#store.live(tenantId, key);
    return slot !== undefined && slot.etag === etag && this.#store.remove(slot);
  }
}
