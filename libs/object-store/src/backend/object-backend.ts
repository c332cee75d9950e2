import {
  CacheError,
  inOrder,
  plainCalls,
  type BackendContext,
  type BackendPurgeOptions,
  type BackendStats,
  type BackendTraits,
  type BatchStore,
  type Bytes,
  type CacheBackend,
  type Call,
  type Entry,
  type EntryMetadata,
  type EntryStore,
  type InvalidationLog,
  type KeyScan,
  type StoredEntry,
  type StreamStore,
  type UnreadableCopy,
  type WriteCondition,
} from "@cogniverse/sdk";
import { formatHeaders } from "../headers/object-headers.ts";
import { ObjectLog } from "../log/object-log.ts";
import type { ObjectLayout } from "../layout.ts";
import type { ObjectClient, ObjectWrite } from "../object-client.ts";
import { EntryListing } from "./entry-listing.ts";
import { EntryReader } from "./entry-reader.ts";
import { EntryWriter } from "./entry-writer.ts";
import { purgeTenant } from "./purge-tenant.ts";
import { PutCoalescer, SUPERSEDED } from "./put-coalescer.ts";
import { RecentCopies } from "./recent-copies.ts";
import { Removals } from "./removals.ts";

/** What an object store's tier is made with. */
export interface ObjectBackendOptions {
  readonly layout: ObjectLayout;
  /** Seconds that a ttl of `undefined` means; `null` = never expires. */
  readonly defaultTtl: number | null;
  /** Requests of one batch or walk under way at once. */
  readonly concurrency: number;
  /** The storage class of an entry's object; `bytes` is `undefined` for a stream. Left out: the service's default. */
  readonly storageClassFor?: (key: string, bytes: number | undefined) => string | undefined;
  /**
   * Milliseconds that two writes of one key by this process begin apart at least; of those that wait only the latest is sent. The log's head
   * is replaced no more often, each time for all that wait. Left out: each is sent at once.
   */
  readonly coalesceMs?: number;
  /** Told of each read that met an object which must be restored first. Must not throw. */
  readonly archived?: (name: string) => void;
}

/** The tier of an object store, over a client of it that it owns and closes. */
export class ObjectBackend implements CacheBackend {
  readonly traits: BackendTraits = { locality: "shared", durable: true };
  readonly defaultTtl: number | null;
  readonly get: CacheBackend["get"];
  readonly put: CacheBackend["put"];
  readonly entries: EntryStore;
  readonly batch: BatchStore;
  readonly streams: StreamStore;
  readonly scan: KeyScan;
  readonly log: InvalidationLog;
  readonly #log: ObjectLog;
  readonly #client: ObjectClient;
  readonly #options: ObjectBackendOptions;
  readonly #context: BackendContext;
  readonly #recent = new RecentCopies();
  readonly #reader: EntryReader;
  readonly #writer: EntryWriter;
  readonly #coalescer: PutCoalescer | undefined;
  readonly #listing: EntryListing;
  readonly #running = new Set<Promise<unknown>>();
  readonly #removals = new Removals();
  #closed: Promise<void> | undefined;

  constructor(client: ObjectClient, options: ObjectBackendOptions, context: BackendContext) {
    this.#client = client;
    this.#options = options;
    this.#context = context;
    const { defaultTtl } = options;
    this.defaultTtl = defaultTtl;
    this.#reader = new EntryReader({
      client,
      recent: this.#recent,
      clock: context.clock,
      drop: (name, etag) => this.#drop(name, etag),
      archived: (name) => options.archived?.(name),
    });
    const copies = { recent: this.#recent, removals: this.#removals };
    const writer = new EntryWriter(client, this.#reader, copies, context);
    this.#writer = writer;
    this.#coalescer =
      options.coalesceMs === undefined
        ? undefined
        : new PutCoalescer(writer.put.bind(writer), context.clock, options.coalesceMs);
    this.#listing = new EntryListing({
      client,
      layout: options.layout,
      reader: this.#reader,
      clock: context.clock,
      concurrency: options.concurrency,
      check: () => this.#check(),
    });
    this.scan = this.#listing;
    this.#log = new ObjectLog(client, options.layout, context, { intervalMs: options.coalesceMs });
    this.log = this.#log;
    this.entries = this.#entryStore();
    const { clock } = context;
    ({ get: this.get, put: this.put } = plainCalls(this.entries, { clock, defaultTtl }));
    this.batch = { getEntries: (keys, tenantId, call) => this.#getEntries(keys, tenantId, call) };
    this.streams = this.#streamStore();
  }

  async exists(key: string, tenantId: string, call?: Call): Promise<boolean> {
    const head = await this.entries.headEntry(key, tenantId, call);
    return head !== undefined && !("unreadable" in head);
  }

  async delete(key: string, tenantId: string, call?: Call): Promise<boolean> {
    const name = this.#name(tenantId, key);
    this.#recent.forget(name);
    return this.#run(call, () => this.#client.delete(name, undefined, call));
  }

  /** A walk that asks for the headers of each object, where listings do not have them, since an expired key is not listed. */
  async listKeys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    return this.#run(call, () => this.#listing.keys(prefix, tenantId, call));
  }

  /** Estimates from listings, up to ten seconds old; see {@link EntryListing.stats}. */
  async getStats(tenantId: string, call?: Call): Promise<BackendStats> {
    return this.#run(call, () => this.#listing.stats(tenantId, call));
  }

  purge(tenantId: string, options: BackendPurgeOptions = {}): Promise<number> {
    const parts = { client: this.#client, layout: this.#options.layout, recent: this.#recent };
    return this.#run(options, async () => {
      const removed = await purgeTenant(parts, tenantId, options);
      this.#listing.forget(tenantId);
      return removed;
    });
  }

  /** Finishes the calls that are under way, refuses new ones with `closed`, and closes the client. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #entryStore(): EntryStore {
    return {
      getEntry: (key, tenantId, call) =>
        this.#run(call, () => this.#reader.entry(this.#name(tenantId, key), call)),
      headEntry: (key, tenantId, call) =>
        this.#run(call, () => this.#reader.head(this.#name(tenantId, key), call)),
      putEntry: (key, entry, tenantId, condition, call) =>
        this.#run(call, () => this.#putEntry(key, entry, tenantId, condition, call)),
      expectPut: (key, tenantId, call) =>
        this.#run(
          call,
          async () => void (await this.#reader.head(this.#name(tenantId, key), call)),
        ),
      deleteEntry: (key, etag, tenantId, call) =>
        this.#run(call, async () =>
          etag === SUPERSEDED ? false : this.#remove(this.#name(tenantId, key), etag, call),
        ),
    };
  }

  #streamStore(): StreamStore {
    return {
      getStream: (key, tenantId, range, call) =>
        this.#run(call, () => this.#reader.stream(this.#name(tenantId, key), range, call)),
      putStream: (key, body, seal, tenantId, call) =>
        this.#run(call, () => this.#putStream(key, body, seal, tenantId, call)),
    };
  }

  async #getEntries(
    keys: readonly string[],
    tenantId: string,
    call?: Call,
  ): Promise<readonly (StoredEntry | UnreadableCopy | CacheError | undefined)[]> {
    return this.#run(call, async () => {
      const get = (
        key: string,
        signal: AbortSignal,
      ): Promise<StoredEntry | UnreadableCopy | CacheError | undefined> =>
        this.#reader.entry(this.#name(tenantId, key), { signal }).catch((error: unknown) => {
          if (CacheError.isInstance(error) && !signal.aborted) return error;
          throw error;
        });
      const answers: Awaited<ReturnType<typeof get>>[] = [];
      for await (const answer of inOrder(keys, this.#options.concurrency, get, call?.signal))
        answers.push(answer);
      return answers;
    });
  }

  async #putEntry(
    key: string,
    { data, metadata }: Entry,
    tenantId: string,
    condition: WriteCondition | undefined,
    call: Call | undefined,
  ): Promise<string | undefined> {
    const write = this.#write(metadata, key, data.byteLength);
    const entry = { name: this.#name(tenantId, key), data, order: metadata, write };
    if (this.#coalescer !== undefined && (condition === undefined || condition.if === "not-newer"))
      return this.#coalescer.put(entry, condition, call);
    if (condition?.if === "match" && condition.etag === SUPERSEDED) return undefined;
    return this.#writer.put(entry, condition, call);
  }

  async #putStream(
    key: string,
    body: AsyncIterable<Bytes>,
    seal: () => EntryMetadata,
    tenantId: string,
    call: Call | undefined,
  ): Promise<string> {
    const name = this.#name(tenantId, key);
    const storageClass = this.#options.storageClassFor?.(key, undefined);
    const headers = (): ObjectWrite["headers"] =>
      formatHeaders(seal(), this.#client.metadataLimitBytes);
    this.#recent.forget(name);
    const removing = this.#removals.over(name, call?.signal);
    if (removing !== undefined) await removing;
    return this.#client.upload(name, body, headers, { storageClass }, call);
  }

  #write(metadata: EntryMetadata, key: string, bytes: number): ObjectWrite {
    const headers = formatHeaders(metadata, this.#client.metadataLimitBytes);
    const storageClass = this.#options.storageClassFor?.(key, bytes);
    return storageClass === undefined ? { headers } : { headers, storageClass };
  }

  #name(tenantId: string, key: string): string {
    return this.#options.layout.entry(tenantId, key);
  }

  /** The reader does not wait. Where the etag is not known, at worst a copy goes that came in meanwhile. */
  #drop(name: string, etag: string | undefined): void {
    const { logger, tier } = this.#context;
    logger.warn("A damaged copy is dropped", { tier });
    const dropping = (async () => {
      const known = etag ?? (await this.#client.head(name))?.etag;
      if (known !== undefined) await this.#remove(name, known);
    })();
    void this.#track(this.#removals.add(name, dropping)).catch((error: unknown) =>
      logger.warn("A damaged copy could not be dropped", { tier, error: String(error) }),
    );
  }

  /** What is remembered of the copy would only make the next write name an etag that is gone. */
  #remove(name: string, etag: string, call?: Call): Promise<boolean> {
    this.#recent.forget(name);
    return this.#removals.add(name, this.#client.delete(name, etag, call));
  }

  #check(): void {
    if (this.#closed === undefined) return;
    throw new CacheError("closed", `Tier "${this.#context.tier}" was closed`);
  }

  async #run<T>(call: Call | undefined, work: () => Promise<T>): Promise<T> {
    this.#check();
    call?.signal?.throwIfAborted();
    return this.#track(work());
  }

  async #track<T>(running: Promise<T>): Promise<T> {
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #close(): Promise<void> {
    this.#coalescer?.flush();
    await this.#log.close();
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await this.#client[Symbol.asyncDispose]();
  }
}
