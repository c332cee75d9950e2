import {
  CacheError,
  plainCalls,
  type BackendContext,
  type BackendPurgeOptions,
  type BackendStats,
  type BackendTraits,
  type CacheBackend,
  type Call,
  type Entry,
  type EntryStore,
  type EvictionSource,
  type InvalidationLog,
  type KeyScan,
  type NamedCopy,
  type StoredEntry,
  type StoredHead,
  type UnreadableCopy,
  type WriteCondition,
} from "@cogniverse/sdk";
import type { CleanupReport } from "./cleanup.ts";
import { usedBytes } from "./capacity.ts";
import { translateDiskError } from "./disk-error.ts";
import { entryKey, splitEntryKey } from "./entry-key.ts";
import type { Answer } from "./entry-reader.ts";
import { KeyPages } from "./key-pages.ts";
import type { LocalStore } from "./local-store.ts";
import type { ResolvedOptions } from "./options.ts";

/** Milliseconds after opening until the first cleanup, which frees what killed processes left behind. */
const FIRST_CLEANUP_MS = 1000;

/** Expired entries that one call for figures takes into account at most. */
const MOST_EXPIRED = 256;

/** The local disk tier: see the package's README for what is on disk and what counts against the cap. Made by `localBackend`. */
export class LocalBackend implements CacheBackend {
  readonly traits: BackendTraits = { locality: "machine", durable: true };
  readonly defaultTtl: number | null;
  readonly get: CacheBackend["get"];
  readonly put: CacheBackend["put"];
  readonly entries: EntryStore;
  readonly scan: KeyScan;
  readonly log: InvalidationLog;
  readonly evictions: EvictionSource;
  readonly #store: LocalStore;
  readonly #context: BackendContext;
  readonly #keys: KeyPages;
  readonly #cleanupIntervalMs: number;
  readonly #running = new Set<Promise<unknown>>();
  #timer: Disposable | undefined;
  #closed: Promise<void> | undefined;

  constructor(store: LocalStore, options: ResolvedOptions, context: BackendContext) {
    this.#store = store;
    this.#context = context;
    this.#cleanupIntervalMs = options.cleanupIntervalMs;
    const { defaultTtl } = options;
    this.defaultTtl = defaultTtl;
    this.log = store.log;
    this.evictions = store.evictions;
    this.#keys = new KeyPages(store.environment, store.index, context.clock, () => this.#check());
    this.scan = this.#keys;
    this.entries = {
      getEntry: (key, tenantId, call) => this.#getEntry(key, tenantId, call),
      headEntry: (key, tenantId, call) => this.#headEntry(key, tenantId, call),
      putEntry: (key, entry, tenantId, condition, call) =>
        this.#putEntry(entryKey(tenantId, key), entry, condition, call),
      deleteEntry: (key, etag, tenantId, call) => this.#deleteEntry(key, etag, tenantId, call),
      deleteEntries: (copies, tenantId, call) => this.#deleteEntries(copies, tenantId, call),
    };
    const { clock } = context;
    ({ get: this.get, put: this.put } = plainCalls(this.entries, { clock, defaultTtl }));
    this.#cleanUpIn(Math.min(FIRST_CLEANUP_MS, this.#cleanupIntervalMs));
  }

  async exists(key: string, tenantId: string, call?: Call): Promise<boolean> {
    return this.#now("look for an entry", call, () => {
      return this.#store.reader.live(entryKey(tenantId, key)) !== undefined;
    });
  }

  async delete(key: string, tenantId: string, call?: Call): Promise<boolean> {
    const { writer } = this.#store;
    const removed = await this.#later("delete an entry", call, () =>
      writer.remove(entryKey(tenantId, key), () => true),
    );
    return removed !== undefined && removed.head.expiresAt > this.#context.clock.now();
  }

  async listKeys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    return this.#later("list keys", call, () => this.#keys.keys(prefix, tenantId, call));
  }

  async getStats(tenantId: string, call?: Call): Promise<BackendStats> {
    return this.#now("read its figures", call, () => {
      this.#store.environment.refresh();
      const { entries, bytes, exact } = this.#livingTotals(tenantId);
      const usage = this.#store.room.usage();
      const details = {
        ...usage,
        usedBytes: usedBytes(usage),
        capacityBytes: this.#store.limits.capBytes(),
      };
      return { entries, bytes, exact, details };
    });
  }

  /** What LMDB freed keeps its bytes until it is written over: see the package's README. */
  async purge(tenantId: string, options: BackendPurgeOptions = {}): Promise<number> {
    return this.#later("purge a tenant", options, () => this.#store.purge(tenantId, options));
  }

  /** Removes expired entries and what killed processes left behind now, without waiting for `cleanup_interval`. */
  async cleanup(): Promise<CleanupReport> {
    return this.#later("clean up", undefined, async () => {
      await this.#store.limits.look(() => usedBytes(this.#store.room.usage()));
      return this.#store.cleanup.pass();
    });
  }

  /** Finishes the calls that are under way, refuses new ones with `closed`, and lets the directory go. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #getEntry(
    key: string,
    tenantId: string,
    call: Call | undefined,
  ): Promise<StoredEntry | UnreadableCopy | undefined> {
    const path = entryKey(tenantId, key);
    const read = this.#now("read an entry", call, () => this.#store.reader.entry(path));
    return this.#answer(
      read instanceof Promise ? await this.#later("read a file", call, () => read) : read,
    );
  }

  async #headEntry(
    key: string,
    tenantId: string,
    call: Call | undefined,
  ): Promise<StoredHead | UnreadableCopy | undefined> {
    const path = entryKey(tenantId, key);
    return this.#answer(this.#now("read an entry", call, () => this.#store.reader.head(path)));
  }

  #putEntry(
    key: Buffer,
    entry: Entry,
    condition: WriteCondition | undefined,
    call: Call | undefined,
  ): Promise<string | undefined> {
    return this.#later("store an entry", call, async () => {
      await this.#store.limits.look(() => usedBytes(this.#store.room.usage()));
      return this.#store.writer.put(key, entry, condition);
    });
  }

  async #deleteEntry(
    key: string,
    etag: string,
    tenantId: string,
    call: Call | undefined,
  ): Promise<boolean> {
    const removed = await this.#later("delete an entry", call, () =>
      this.#store.writer.remove(entryKey(tenantId, key), ({ head }) => head.id === etag),
    );
    return removed !== undefined;
  }

  #deleteEntries(
    copies: readonly NamedCopy[],
    tenantId: string,
    call: Call | undefined,
  ): Promise<readonly boolean[]> {
    const { writer } = this.#store;
    return this.#later("delete entries", call, () =>
      writer.removeCopies(
        copies.map(({ key, etag }) => ({ key: entryKey(tenantId, key), id: etag })),
      ),
    );
  }

  /** The figures kept, less what has expired and is still to be removed. Exact unless the last cleanup is long ago. */
  #livingTotals(tenantId: string): Readonly<{ entries: number; bytes: number; exact: boolean }> {
    let { entries, bytes } = this.#store.index.tenant(tenantId);
    const expired = this.#store.room.expired(this.#context.clock.now(), MOST_EXPIRED + 1);
    for (const { key, head } of expired) {
      if (splitEntryKey(key).tenantId !== tenantId) continue;
      entries -= 1;
      bytes -= head.headerBytes + head.payloadBytes;
    }
    return { entries, bytes, exact: expired.length <= MOST_EXPIRED };
  }

  /** Drops a damaged copy without making the reader wait for it. */
  #answer<T>({ answer, damaged }: Answer<T>): T | UnreadableCopy | undefined {
    if (damaged !== undefined) {
      this.#context.logger.warn("A damaged copy was dropped", { tier: this.#context.tier });
      const dropping = this.#later("drop a damaged entry", undefined, () =>
        this.#store.writer.remove(damaged.key, ({ head }) => head.id === damaged.head.id),
      );
      // Told above; if it cannot be dropped now, the next reader tries again.
      dropping.catch(() => undefined);
    }
    return answer;
  }

  #cleanUpIn(delayMs: number): void {
    if (this.#closed !== undefined) return;
    this.#timer = this.#context.clock.after(delayMs, () => {
      const pass = this.cleanup().catch((error: unknown) => {
        if (this.#closed === undefined)
          this.#context.logger.warn("A cleanup of the local tier failed", { error: String(error) });
      });
      void pass.then(() => this.#cleanUpIn(this.#cleanupIntervalMs));
    });
  }

  #check(): void {
    if (this.#closed === undefined) return;
    throw new CacheError("closed", `Tier "${this.#context.tier}" was closed`);
  }

  #now<T>(doing: string, call: Call | undefined, work: () => T): T {
    this.#check();
    call?.signal?.throwIfAborted();
    try {
      return work();
    } catch (error) {
      throw translateDiskError(error, this.#context.tier, doing);
    }
  }

  async #later<T>(doing: string, call: Call | undefined, work: () => Promise<T>): Promise<T> {
    this.#check();
    call?.signal?.throwIfAborted();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw translateDiskError(error, this.#context.tier, doing);
    } finally {
      this.#running.delete(running);
    }
  }

  async #close(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    // A pass that is under way ends after its step; the other calls are finished.
    await this.#store.cleanup.stop();
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await this.#store.close();
  }
}
