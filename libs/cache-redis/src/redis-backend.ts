import {
  plainCalls,
  type BackendContext,
  type BackendPurgeOptions,
  type BackendStats,
  type BackendTraits,
  type BatchStore,
  type CacheBackend,
  type Call,
  type EntryStore,
  type InvalidationLog,
  type KeyScan,
  type SessionTable,
} from "@cogniverse/sdk";
import { Entries } from "./entries.ts";
import { figuresOf } from "./figures.ts";
import { KeyPages } from "./key-pages.ts";
import { Listings } from "./listings.ts";
import { RedisLog } from "./log/redis-log.ts";
import { Names } from "./names.ts";
import type { Opened } from "./open.ts";
import type { ResolvedOptions } from "./options.ts";
import { RedisSessionTable } from "./sessions/redis-session-table.ts";
import { purgeTenant } from "./purge-tenant.ts";
import { reindex } from "./reindex.ts";
import { losesNothing, type ServerFacts } from "./server-settings.ts";

/** What all tiers in Redis have in common. */
export const REDIS_TRAITS: BackendTraits = { locality: "shared", durable: false };

/** The Redis tier: see the package's README for what is stored under which names. Made by `redisBackend`. */
export class RedisBackend implements CacheBackend {
  readonly traits: BackendTraits = REDIS_TRAITS;
  readonly defaultTtl: number | null;
  readonly get: CacheBackend["get"];
  readonly put: CacheBackend["put"];
  readonly entries: EntryStore;
  readonly batch: BatchStore;
  readonly scan: KeyScan;
  readonly log: InvalidationLog;
  readonly sessions: SessionTable;
  readonly #opened: Opened;
  readonly #names: Names;
  readonly #entries: Entries;
  readonly #keys: KeyPages;
  readonly #listings: Listings;
  readonly #log: RedisLog;
  readonly #sessions: RedisSessionTable;
  #closed: Promise<void> | undefined;

  constructor(
    opened: Opened,
    options: ResolvedOptions,
    facts: ServerFacts,
    context: BackendContext,
  ) {
    const { connection } = opened;
    const { clock } = context;
    this.#opened = opened;
    this.#names = new Names(options.keyPrefix);
    const { maxValueBytes } = options;
    this.#listings = new Listings(connection, context);
    const parts = { connection, names: this.#names, listings: this.#listings, clock };
    this.#entries = new Entries({ ...parts, maxValueBytes });
    this.#keys = new KeyPages(parts);
    this.#log = new RedisLog(connection, this.#names.log, losesNothing(facts), context);
    this.#sessions = new RedisSessionTable(connection, this.#names.sessions, context);
    const { defaultTtl } = options;
    this.defaultTtl = defaultTtl;
    ({ get: this.get, put: this.put } = plainCalls(this.#entries, { clock, defaultTtl }));
    this.entries = this.#entries;
    this.batch = this.#entries;
    this.scan = this.#keys;
    this.log = this.#log;
    this.sessions = this.#sessions;
  }

  exists(key: string, tenantId: string, call?: Call): Promise<boolean> {
    return this.#entries.exists(key, tenantId, call);
  }

  delete(key: string, tenantId: string, call?: Call): Promise<boolean> {
    return this.#entries.delete(key, tenantId, call);
  }

  listKeys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    return this.#keys.keys(prefix, tenantId, call);
  }

  async getStats(tenantId: string, call?: Call): Promise<BackendStats> {
    await this.#listings.flush(call);
    return figuresOf(this.#opened.connection, this.#names, tenantId, call);
  }

  /**
   * Lists anew what an evicted index no longer lists: walks the server's keys with SCAN, a thousand a step. For operators, off every reader's
   * path. Resolves with the number of entries that it met.
   */
  reindex(call?: Call): Promise<number> {
    return reindex(this.#opened.connection, this.#names.prefix, call);
  }

  purge(tenantId: string, options: BackendPurgeOptions = {}): Promise<number> {
    const parts = {
      connection: this.#opened.connection,
      names: this.#names,
      listings: this.#listings,
    };
    return purgeTenant(parts, tenantId, options);
  }

  /** Lets the calls under way end, refuses new ones with `closed`, lists what was stored, and disconnects a client of its own. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const quiet = this.#opened.connection.refuse();
    await Promise.all([this.#log[Symbol.asyncDispose](), this.#sessions[Symbol.asyncDispose]()]);
    await quiet;
    await this.#listings.close();
    await this.#opened[Symbol.asyncDispose]();
  }
}
