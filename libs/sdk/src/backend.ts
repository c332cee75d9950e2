import type { BatchStore } from "./batch-store.ts";
import type { Bytes } from "./bytes.ts";
import type { Call, Options } from "./call.ts";
import type { UserMetadata } from "./entry.ts";
import type { EntryStore } from "./entry-store.ts";
import type { EvictionSource } from "./eviction.ts";
import type { InvalidationLog } from "./invalidation-log.ts";
import type { KeyScan } from "./key-scan.ts";
import type { LeaseStore } from "./lease-store.ts";
import type { ResidentStore } from "./resident-store.ts";
import type { SessionTable } from "./session-table.ts";
import type { StreamStore } from "./stream-store.ts";

/**
 * Figures of one tenant in one backend. `exact` is false where they are estimates; `details` are the backend's own, in plain numbers; of a bounded one `usedBytes` and
 * `capacityBytes` are what it has taken of its room, of all tenants, and all its room.
 */
export type BackendStats = Readonly<{
  entries: number;
  bytes: number;
  exact: boolean;
  details?: Readonly<Record<string, number>>;
}>;

/**
 * Who can see a copy (`process`, `machine`, `shared`) and whether it outlives the process (`durable`). Decides whose log is the
 * truth and whether bytes are verified.
 */
export type BackendTraits = Readonly<{
  locality: "process" | "machine" | "shared";
  durable: boolean;
}>;

/** Options of {@link CacheBackend.purge}. `onRemoved`: told now and then how many entries are gone. */
export type BackendPurgeOptions = Call & Options<{ onRemoved: (removed: number) => void }>;

/**
 * A place that stores bytes. These six calls are all that a working, safe tier needs; everything below them is a capability:
 * there or not, never a flag, and a decorator forwards each on purpose.
 *
 * Keys are canonical paths and tenants are checked before they come here: a backend keeps them apart, byte for byte, and adds no
 * rule of its own. Absence is `undefined` or `false`; a failure throws {@link CacheError}. Calls may overlap.
 */
export interface CacheBackend extends Partial<AsyncDisposable> {
  /** Left out: process-local and volatile, both safe to assume. */
  readonly traits?: BackendTraits;
  /** Seconds that a ttl of `undefined` means here; `null` = never expires. Left out: never expires. */
  readonly defaultTtl?: number | null;
  exists(key: string, tenantId: string, call?: Call): Promise<boolean>;
  /** The whole value or `undefined`; an empty value is an empty array, not absence. */
  get(key: string, tenantId: string, call?: Call): Promise<Bytes | undefined>;
  /**
   * Stores data and metadata in one atomic step. `ttl` in seconds > 0; `null` = never expires; `undefined` = this backend's
   * default. Resolves `false` where a limit of the backend refused it.
   */
  put(
    key: string,
    data: Bytes,
    tenantId: string,
    metadata?: UserMetadata,
    ttl?: number | null,
    call?: Call,
  ): Promise<boolean>;
  /** Resolves `false` only where surely nothing was there (object stores do not say: `true`). */
  delete(key: string, tenantId: string, call?: Call): Promise<boolean>;
  /** Keys of the tenant that begin with `prefix` ("" = all), expired ones left out, sorted by their bytes. */
  listKeys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]>;
  getStats(tenantId: string, call?: Call): Promise<BackendStats>;

  /**
   * Removes everything that is kept of a tenant: entries whatever their state (expired, damaged, of another version, foreign), and what is kept for it
   * beside them, such as an index, counters and folders. What is written meanwhile may go with it. The invalidation log stays as it is. Left out: what
   * `listKeys` tells is deleted key by key. Resolves with the number of entries that were there.
   */
  purge?(tenantId: string, options?: BackendPurgeOptions): Promise<number>;

  /** Bytes and metadata in one round trip. Without it, core frames both into `put`'s data. */
  readonly entries?: EntryStore;
  readonly batch?: BatchStore;
  readonly streams?: StreamStore;
  readonly scan?: KeyScan;
  readonly leases?: LeaseStore;
  readonly log?: InvalidationLog;
  /** For a deployment whose log stands elsewhere. */
  readonly sessions?: SessionTable;
  /** Decoded values in this process, read without I/O. */
  readonly residents?: ResidentStore;
  /** Tells of what a bounded backend evicts. */
  readonly evictions?: EvictionSource;
}
