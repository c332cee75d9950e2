import {
  CacheError,
  type CacheBackend,
  type Entry,
  type Eviction,
  type EvictionSource,
  type InvalidationLog,
  isUnreadable,
  type LeaseStore,
  type Resident,
  type ResidentSpace,
  type ResidentStore,
  type StreamStore,
} from "@cogniverse/sdk";
import { entryBackend, FakeClock, memoryLog, type BackendFixture } from "@cogniverse/testkit";

/** One process's storage: what survives the closing of a backend on it. */
interface Storage {
  readonly clock: FakeClock;
  readonly inner: ReturnType<typeof entryBackend>;
  readonly log: InvalidationLog;
}

/** A fixture whose backend has every capability, for the suite's own test. */
export function fullBackend(options: Readonly<{ maxEntries?: number }> = {}): BackendFixture {
  const clock = new FakeClock();
  const storage = { clock, inner: entryBackend({ clock }), log: memoryLog() };
  return {
    backend: open(storage, options.maxEntries ?? Infinity),
    clock,
    advance: (ms) => clock.advance(ms),
    reopen: async () => open(storage, Infinity),
  };
}

function open({ inner, log }: Storage, maxEntries: number): CacheBackend {
  let closed = false;
  const evictions = new Evictions(inner, maxEntries);
  const residents = residentStore(inner);
  const spaces = new Map<string, ResidentSpace & { forget(key: string): void }>();
  const space = (tenantId: string): ResidentSpace & { forget(key: string): void } => {
    const known = spaces.get(tenantId) ?? residents(tenantId);
    spaces.set(tenantId, known);
    return known;
  };
  const guard =
    <A extends readonly unknown[], R>(run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (closed) throw new CacheError("closed", "The backend is closed");
      return run(...args);
    };
  const { entries, batch, scan } = inner;
  return {
    traits: { locality: "machine", durable: true },
    exists: guard((...args) => inner.exists(...args)),
    get: guard((...args) => inner.get(...args)),
    put: guard(async (...args) => {
      const done = await inner.put(...args);
      space(args[2]).forget(args[0]);
      await evictions.makeRoom(args[2]);
      return done;
    }),
    delete: guard(async (...args) => {
      space(args[1]).forget(args[0]);
      return inner.delete(...args);
    }),
    listKeys: guard((...args) => inner.listKeys(...args)),
    getStats: guard((...args) => inner.getStats(...args)),
    entries: {
      getEntry: guard((...args) => entries.getEntry(...args)),
      headEntry: guard((...args) => entries.headEntry(...args)),
      putEntry: guard(async (...args) => {
        const etag = await entries.putEntry(...args);
        if (etag !== undefined) space(args[2]).forget(args[0]);
        await evictions.makeRoom(args[2]);
        return etag;
      }),
      deleteEntry: guard((...args) => entries.deleteEntry(...args)),
    },
    batch,
    scan,
    streams: streamStore(inner),
    leases: leaseStore(),
    residents: { space } satisfies ResidentStore,
    evictions,
    log: {
      ...log,
      append: guard((...args) => log.append(...args)),
      head: guard((...args) => log.head(...args)),
      read: guard((...args) => log.read(...args)),
      snapshot: guard((...args) => log.snapshot(...args)),
    },
    [Symbol.asyncDispose]: async () => void (closed = true),
  };
}

class Evictions implements EvictionSource {
  readonly #listeners = new Set<(eviction: Eviction) => void>();
  readonly #inner: ReturnType<typeof entryBackend>;
  readonly #maxEntries: number;

  constructor(inner: ReturnType<typeof entryBackend>, maxEntries: number) {
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
    const keys = await this.#inner.listKeys("", tenantId);
    for (const key of keys.slice(0, Math.max(0, keys.length - this.#maxEntries))) {
      const copy = await this.#inner.entries.getEntry(key, tenantId);
      if (copy === undefined || isUnreadable(copy)) continue;
      const load = (): Promise<Entry | undefined> => Promise.resolve(copy);
      const { metadata } = copy;
      for (const listener of this.#listeners)
        listener({ key, tenantId, metadata, cause: "size", load });
      await this.#inner.delete(key, tenantId);
    }
  }
}

function residentStore(
  inner: ReturnType<typeof entryBackend>,
): (tenantId: string) => ResidentSpace & { forget(key: string): void } {
  return (tenantId) => {
    const held = new Map<string, Resident>();
    return {
      find: (key) => held.get(key),
      insert({ key, entry, value, note, checkedAt }) {
        if ((held.get(key)?.entry.metadata.asOf ?? 0) > entry.metadata.asOf) return undefined;
        const expiresAt = entry.metadata.expiresAt ?? Infinity;
        const resident = { key, entry, value, expiresAt, note, checkedAt, visited: false };
        held.set(key, resident);
        // The inner store does its work before it first awaits.
        void inner.entries.putEntry(key, entry, tenantId);
        return resident;
      },
      drop(resident) {
        if (held.get(resident.key) === resident) held.delete(resident.key);
      },
      forget: (key) => void held.delete(key),
    };
  };
}

function streamStore(inner: ReturnType<typeof entryBackend>): StreamStore {
  return {
    async getStream(key, tenantId, range) {
      const copy = await inner.entries.getEntry(key, tenantId);
      if (copy === undefined || isUnreadable(copy)) return undefined;
      const data = range === undefined ? copy.data : copy.data.subarray(...range);
      return {
        metadata: copy.metadata,
        etag: copy.etag,
        body: (async function* () {
          for (let at = 0; at < data.byteLength; at += 65_536) yield data.subarray(at, at + 65_536);
        })(),
      };
    },
    async putStream(key, body, seal, tenantId) {
      const parts: Uint8Array[] = [];
      for await (const chunk of body) parts.push(chunk);
      return inner.entries.putEntry(
        key,
        { data: new Uint8Array(Buffer.concat(parts)), metadata: seal() },
        tenantId,
      );
    },
  };
}

function leaseStore(): LeaseStore {
  const held = new Set<string>();
  let fence = 0;
  return {
    async acquire(key, tenantId) {
      const id = `${tenantId}/${key}`;
      if (held.has(id)) return undefined;
      held.add(id);
      return {
        fence: ++fence,
        signal: new AbortController().signal,
        [Symbol.asyncDispose]: async () => void held.delete(id),
      };
    },
  };
}
