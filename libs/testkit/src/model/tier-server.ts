import type {
  BackendTraits,
  CacheBackend,
  EntryStore,
  Eviction,
  EvictionSource,
  KeyScan,
  StoredHead,
} from "@cogniverse/sdk";
import { entryBackend } from "../entry-backend.ts";
import { mapBackend } from "../map-backend.ts";
import type { Link } from "./link.ts";
import type { ModelTier } from "./program.ts";

type Listed = StoredHead & Readonly<{ key: string }>;

/** Where the copies of one tier are: they stay when nodes come and go. Nothing expires by itself. */
export class TierServer {
  readonly #inner: CacheBackend;
  readonly traits: BackendTraits;

  constructor({ place, form }: ModelTier) {
    this.traits = { locality: place === "own" ? "machine" : "shared", durable: true };
    const { traits } = this;
    this.#inner = form === "entries" ? entryBackend({ traits }) : mapBackend({ traits });
  }

  /** The tier as one node sees it, over its own way to it. `evictions`: where it tells of copies that it gives up. */
  seenOver(link: Link, evictions: EvictionSource): CacheBackend {
    const inner = this.#inner;
    const { entries, scan } = inner;
    return {
      traits: this.traits,
      exists: (key, tenant) => link.call(() => inner.exists(key, tenant)),
      get: (key, tenant) => link.call(() => inner.get(key, tenant)),
      put: (key, data, tenant, user, ttl) =>
        link.call(() => inner.put(key, data, tenant, user, ttl)),
      delete: (key, tenant) => link.call(() => inner.delete(key, tenant)),
      listKeys: (prefix, tenant) => link.call(() => inner.listKeys(prefix, tenant)),
      getStats: (tenant) => link.call(() => inner.getStats(tenant)),
      ...(entries === undefined ? {} : { entries: entriesOver(entries, link) }),
      ...(scan === undefined ? {} : { scan: scanOver(scan, link) }),
      evictions,
    };
  }

  /** Forgets a copy; with `tell`, its listener may take it over first. Only a tier with entries knows what it would tell of. */
  async forget(key: string, tenantId: string, tell?: (eviction: Eviction) => void): Promise<void> {
    const stored = await this.#inner.entries?.getEntry(key, tenantId);
    if (stored !== undefined && !("unreadable" in stored) && tell !== undefined) {
      const { metadata, data } = stored;
      tell({ key, tenantId, metadata, cause: "size", load: async () => ({ data, metadata }) });
    }
    await this.#inner.delete(key, tenantId);
  }
}

function entriesOver(inner: EntryStore, link: Link): EntryStore {
  return {
    getEntry: (key, tenant) => link.call(() => inner.getEntry(key, tenant)),
    headEntry: (key, tenant) => link.call(() => inner.headEntry(key, tenant)),
    putEntry: (key, entry, tenant, condition) =>
      link.call(() => inner.putEntry(key, entry, tenant, condition)),
    deleteEntry: (key, etag, tenant) => link.call(() => inner.deleteEntry(key, etag, tenant)),
  };
}

/** One page holds all that there is. */
function scanOver(inner: KeyScan, link: Link): KeyScan {
  const page = async (...asked: Parameters<KeyScan["scan"]>): Promise<readonly Listed[]> => {
    const listed: Listed[] = [];
    for await (const one of inner.scan(...asked)) listed.push(one);
    return listed;
  };
  return {
    async *scan(prefix, after, tenant) {
      yield* await link.call(() => page(prefix, after, tenant));
    },
  };
}
