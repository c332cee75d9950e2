import {
  type BackendTraits,
  type BatchStore,
  CacheError,
  type CacheBackend,
  type Call,
  type Clock,
  type Entry,
  type EntryStore,
  type KeyScan,
  plainEntry,
  type StoredEntry,
  type StoredHead,
  type WriteCondition,
} from "@cogniverse/sdk";

/** Options of {@link entryBackend}. */
export interface EntryBackendOptions {
  /** Left out: nothing expires. */
  readonly clock?: Pick<Clock, "now">;
  readonly traits?: BackendTraits;
  readonly defaultTtl?: number | null;
}

/** An honest backend over a Map with `entries`, `batch` and `scan`. For tests, not for production: it is not bounded. */
export function entryBackend(
  options: EntryBackendOptions = {},
): CacheBackend & Required<Pick<CacheBackend, "entries" | "batch" | "scan">> {
  const copies = new CopyMap(options.clock ?? { now: () => 0 });
  const entries = entryStore(copies);
  return {
    ...(options.traits === undefined ? {} : { traits: options.traits }),
    ...(options.defaultTtl === undefined ? {} : { defaultTtl: options.defaultTtl }),
    ...plainCalls(copies, options.defaultTtl ?? null),
    entries,
    batch: batchStore(entries),
    scan: keyScan(copies),
    [Symbol.asyncDispose]: async () => copies.close(),
  };
}

class CopyMap {
  readonly #copies = new Map<string, Map<string, StoredEntry>>();
  readonly #clock: Pick<Clock, "now">;
  #writes = 0;
  #closed = false;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** The unexpired copies of a tenant. Every call comes through here, so this is where closed and aborted ones end. */
  of(tenantId: string, call: Call | undefined): Map<string, StoredEntry> {
    if (this.#closed) throw new CacheError("closed", "The backend is closed");
    call?.signal?.throwIfAborted();
    const known = this.#copies.get(tenantId) ?? new Map<string, StoredEntry>();
    this.#copies.set(tenantId, known);
    for (const [key, { metadata }] of known)
      if (metadata.expiresAt !== null && metadata.expiresAt <= this.now()) known.delete(key);
    return known;
  }

  nextEtag(): string {
    return `w${++this.#writes}`;
  }

  close(): void {
    this.#closed = true;
  }
}

function plainCalls(
  copies: CopyMap,
  defaultTtl: number | null,
): Pick<CacheBackend, "exists" | "get" | "put" | "delete" | "listKeys" | "getStats"> {
  return {
    exists: async (key, tenantId, call) => copies.of(tenantId, call).has(key),
    get: async (key, tenantId, call) => copies.of(tenantId, call).get(key)?.data,
    async put(key, data, tenantId, user, ttl = defaultTtl, call) {
      const entry = plainEntry(data, { now: copies.now(), ttl, user });
      copies.of(tenantId, call).set(key, { ...entry, etag: copies.nextEtag() });
      return true;
    },
    delete: async (key, tenantId, call) => copies.of(tenantId, call).delete(key),
    listKeys: async (prefix, tenantId, call) => keysOf(copies.of(tenantId, call), prefix),
    async getStats(tenantId, call) {
      const own = [...copies.of(tenantId, call).values()];
      const bytes = own.reduce((sum, copy) => sum + copy.data.byteLength, 0);
      return { entries: own.length, bytes, exact: true };
    },
  };
}

function entryStore(copies: CopyMap): EntryStore {
  return {
    getEntry: async (key, tenantId, call) => copies.of(tenantId, call).get(key),
    async headEntry(key, tenantId, call) {
      const copy = copies.of(tenantId, call).get(key);
      return copy && headOf(copy);
    },
    async putEntry(key, entry, tenantId, condition, call) {
      const own = copies.of(tenantId, call);
      if (!isMet(entry.metadata, condition, own.get(key))) return undefined;
      const etag = copies.nextEtag();
      own.set(key, { ...entry, etag });
      return etag;
    },
    async deleteEntry(key, etag, tenantId, call) {
      const own = copies.of(tenantId, call);
      return own.get(key)?.etag === etag && own.delete(key);
    },
  };
}

function batchStore(entries: EntryStore): BatchStore {
  return {
    getEntries: (keys, tenantId, call) =>
      Promise.all(keys.map((key) => entries.getEntry(key, tenantId, call))),
  };
}

function keyScan(copies: CopyMap): KeyScan {
  return {
    async *scan(prefix, after, tenantId, call) {
      for (const key of keysOf(copies.of(tenantId, call), prefix)) {
        const copy = copies.of(tenantId, call).get(key);
        if (copy !== undefined && (after === undefined || key > after))
          yield { key, ...headOf(copy) };
      }
    },
  };
}

function headOf(copy: StoredEntry): StoredHead {
  return { metadata: copy.metadata, etag: copy.etag };
}

function keysOf(own: ReadonlyMap<string, Entry>, prefix: string): readonly string[] {
  // Paths are ASCII, for which the default order is that of bytes.
  return [...own.keys()].filter((key) => key.startsWith(prefix)).toSorted();
}

function isMet(
  { logId }: Entry["metadata"],
  condition: WriteCondition | undefined,
  stored: StoredEntry | undefined,
): boolean {
  if (condition === undefined) return true;
  if (condition.if === "absent") return stored === undefined;
  if (condition.if === "match") return stored?.etag === condition.etag;
  // Positions of two logs cannot be compared; a copy of another log is dead to this one's.
  if (stored === undefined || stored.metadata.logId !== logId) return true;
  return stored.metadata.asOf <= condition.asOf;
}
