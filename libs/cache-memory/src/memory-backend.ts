import {
  plainCalls,
  type BackendContext,
  type BackendPurgeOptions,
  type BackendStats,
  type BackendTraits,
  type CacheBackend,
  type Call,
  type EntryStore,
  type EvictionSource,
  type KeyScan,
  type ResidentStore,
} from "@cogniverse/sdk";
import { EvictionTeller } from "./eviction-teller.ts";
import { MemoryEntries } from "./memory-entries.ts";
import {
  resolveMemoryOptions,
  type MemoryOptions,
  type ResolvedMemoryOptions,
} from "./memory-options.ts";
import { MemoryResidents } from "./memory-residents.ts";
import { MemoryScan } from "./memory-scan.ts";
import { MemoryStore } from "./memory-store.ts";

/** What {@link memoryBackend} needs of its surroundings. */
export type MemoryContext = Pick<BackendContext, "clock" | "logger">;

/**
 * The in-process tier: entries with their decoded values, bounded by bytes and by number. Arrays given to it belong to it and are
 * given out as they are, unless a small view on a large buffer was given, which it copies. Throws `invalid_config`.
 */
export function memoryBackend(options: MemoryOptions, context: MemoryContext): CacheBackend {
  return new MemoryBackend(resolveMemoryOptions(options), context);
}

class MemoryBackend implements CacheBackend {
  readonly traits: BackendTraits = { locality: "process", durable: false };
  readonly defaultTtl: number | null;
  readonly get: CacheBackend["get"];
  readonly put: CacheBackend["put"];
  readonly entries: EntryStore;
  readonly scan: KeyScan;
  readonly residents: ResidentStore;
  readonly evictions: EvictionSource;
  readonly #store: MemoryStore;

  constructor(limits: ResolvedMemoryOptions, { clock, logger }: MemoryContext) {
    const teller = new EvictionTeller(logger);
    this.#store = new MemoryStore(limits, () => clock.now(), teller);
    const { defaultTtl } = limits;
    this.defaultTtl = defaultTtl;
    this.entries = new MemoryEntries(this.#store);
    ({ get: this.get, put: this.put } = plainCalls(this.entries, { clock, defaultTtl }));
    this.scan = new MemoryScan(this.#store);
    this.residents = new MemoryResidents(this.#store);
    this.evictions = teller;
  }

  async exists(key: string, tenantId: string, call?: Call): Promise<boolean> {
    this.#store.admit(call);
    return this.#store.live(tenantId, key) !== undefined;
  }

  async delete(key: string, tenantId: string, call?: Call): Promise<boolean> {
    this.#store.admit(call);
    const slot = this.#store.live(tenantId, key);
    return slot !== undefined && this.#store.remove(slot);
  }

  async listKeys(prefix: string, tenantId: string, call?: Call): Promise<readonly string[]> {
    this.#store.admit(call);
    const keys: string[] = [];
    for await (const { key } of this.scan.scan(prefix, undefined, tenantId, call)) keys.push(key);
    return keys;
  }

  async getStats(tenantId: string, call?: Call): Promise<BackendStats> {
    this.#store.admit(call);
    return this.#store.stats(tenantId);
  }

  async purge(tenantId: string, options?: BackendPurgeOptions): Promise<number> {
    this.#store.admit(options);
    return this.#store.purge(tenantId);
  }

  /** Lets all entries go, telling nobody; calls made from then on reject with `closed`. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#store.close();
  }
}
