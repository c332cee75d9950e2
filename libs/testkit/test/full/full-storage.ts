import { CacheError, type StoredEntry, type UnreadableCopy } from "@cogniverse/sdk";
import { entryBackend, type FakeClock, type UnreadableKind } from "@cogniverse/testkit";
import { leaseStore } from "./full-leases.ts";
import { LogStorage } from "./full-log.ts";

type Inner = ReturnType<typeof entryBackend>;
type Entries = Inner["entries"];

/** How much metadata an entry of the full backend may have. */
export const METADATA_LIMIT = 4000;

/** What survives the closing of a backend on it, and what several nodes share. */
export class FullStorage {
  readonly clock: FakeClock;
  readonly log: LogStorage;
  readonly leases = leaseStore();
  /** Uploads that were begun; those that broke are taken away again. */
  readonly uploads = new Set<string>();
  readonly #spoilt = new Map<string, UnreadableKind>();
  #inner: Inner;

  constructor(clock: FakeClock) {
    this.clock = clock;
    this.log = new LogStorage();
    this.#inner = entryBackend({ clock });
  }

  get inner(): Inner {
    return this.#inner;
  }

  wipe(): void {
    this.#inner = entryBackend({ clock: this.clock });
    this.#spoilt.clear();
    this.log.wipe();
  }

  spoil(key: string, tenantId: string, how: UnreadableKind): void {
    this.#spoilt.set(`${tenantId}/${key}`, how);
  }

  /** What is written anew is healthy again. */
  mend(key: string, tenantId: string): void {
    this.#spoilt.delete(`${tenantId}/${key}`);
  }

  isSpoilt(key: string, tenantId: string): boolean {
    return this.#spoilt.has(`${tenantId}/${key}`);
  }

  /** The entries, those that are spoilt as what they are. */
  entries(): Entries {
    const how = (key: string, tenantId: string): UnreadableCopy | undefined => {
      const unreadable = this.#spoilt.get(`${tenantId}/${key}`);
      return unreadable && { unreadable };
    };
    return {
      getEntry: async (key, tenantId, call) =>
        how(key, tenantId) ?? this.inner.entries.getEntry(key, tenantId, call),
      headEntry: async (key, tenantId, call) =>
        how(key, tenantId) ?? this.inner.entries.headEntry(key, tenantId, call),
      putEntry: async (key, entry, tenantId, condition, call) => {
        checkMetadata(entry.metadata.user);
        const etag = await this.inner.entries.putEntry(key, entry, tenantId, condition, call);
        if (etag !== undefined) this.mend(key, tenantId);
        return etag;
      },
      deleteEntry: (...args) => this.inner.entries.deleteEntry(...args),
    };
  }
}

/** Refuses more than the limit, as a service does. */
export function checkMetadata(user: StoredEntry["metadata"]["user"] = {}): void {
  if (JSON.stringify(user).length > METADATA_LIMIT)
    throw new CacheError("too_large", `Metadata takes more than ${METADATA_LIMIT} bytes`);
}
