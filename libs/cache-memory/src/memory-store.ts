import {
  CacheError,
  type BackendStats,
  type Call,
  type Entry,
  type NewResident,
  type WriteCondition,
} from "@cogniverse/sdk";
import type { EvictionTeller } from "./eviction-teller.ts";
import type { ResolvedMemoryOptions } from "./memory-options.ts";
import { ownData } from "./own-data.ts";
import { Shelf } from "./shelf.ts";
import { SieveQueue } from "./sieve-queue.ts";
import { Slot } from "./slot.ts";
import { entryBytes } from "./weight.ts";
import { admits } from "./write-condition.ts";

/** Slots looked at for expiry on each insertion: after n / 4 insertions every one of n has been looked at. */
const SWEPT_PER_INSERT = 4;

type Victim = Readonly<{ slot: Slot; cause: "size" | "quota" }>;

/** All entries of all tenants within one bound of bytes and entries. Synchronous: each call is one atomic step. */
export class MemoryStore {
  readonly #limits: ResolvedMemoryOptions;
  readonly #now: () => number;
  readonly #teller: EvictionTeller;
  readonly #shelves = new Map<string, Shelf>();
  readonly #queue = new SieveQueue<Slot>();
  #bytes = 0;
  #versions = 0;
  #closed = false;

  constructor(limits: ResolvedMemoryOptions, now: () => number, teller: EvictionTeller) {
    this.#limits = limits;
    this.#now = now;
    this.#teller = teller;
  }

  /** Throws what ends a call before it does anything: `closed`, or the reason of its aborted signal. */
  admit(call: Call | undefined): void {
    if (this.#closed) throw new CacheError("closed", "The memory tier was closed");
    call?.signal?.throwIfAborted();
  }

  /** The tenant's shelf, made on first use and then always the same. */
  shelf(tenantId: string): Shelf {
    const known = this.#shelves.get(tenantId);
    if (known !== undefined) return known;
    const made = new Shelf(this.#limits.maxTenantShare < 1);
    this.#shelves.set(tenantId, made);
    return made;
  }

  /** For readers, so that asking for a tenant that never wrote leaves nothing behind. */
  knownShelf(tenantId: string): Shelf | undefined {
    return this.#shelves.get(tenantId);
  }

  /** The slot under the key; an expired one is dropped and said to be so. */
  read(tenantId: string, key: string): Slot | "expired" | undefined {
    const slot = this.#shelves.get(tenantId)?.find(key);
    if (slot === undefined || slot.expiresAt > this.#now()) return slot;
    this.#expire(slot);
    return "expired";
  }

  /** The slot under the key while it has not expired. */
  live(tenantId: string, key: string): Slot | undefined {
    const slot = this.read(tenantId, key);
    return slot === "expired" ? undefined : slot;
  }

  /**
   * Replaces what is under the key. `undefined` = the condition does not hold, the entry is above the limit of one, or the store
   * was closed: nothing changed. Evicts until the newcomer fits, then tells; a listener sees the store as it is afterwards and
   * may write to it.
   */
  write(tenantId: string, newcomer: NewResident, condition?: WriteCondition): Slot | undefined {
    if (this.#closed) return undefined;
    const { metadata } = newcomer.entry;
    if (!admits(this.live(tenantId, newcomer.key), metadata, condition)) return undefined;
    const owned = ownData(newcomer.entry.data, newcomer.value);
    const entry: Entry = { data: owned.data, metadata };
    const bytes = entryBytes(newcomer, entry);
    if (bytes > this.#limits.maxEntryBytes) return undefined;
    const shelf = this.shelf(tenantId);
    const former = shelf.find(newcomer.key);
    if (former !== undefined) this.remove(former);
    this.#sweep();
    const victims = this.#makeRoom(shelf, bytes);
    const slot = new Slot({
      key: newcomer.key,
      entry,
      value: owned.value,
      note: newcomer.note,
      checkedAt: newcomer.checkedAt,
      // What was popular stays so when it is refreshed.
      visited: former?.visited ?? false,
      tenantId,
      bytes,
      version: ++this.#versions,
    });
    shelf.add(slot);
    slot.place = this.#queue.add(slot);
    this.#bytes += slot.bytes;
    for (const { slot: victim, cause } of victims) this.#teller.tell(victim, cause);
    return slot;
  }

  /**
   * Figures of one tenant; `usedBytes` and `totalEntries` are of all tenants and count expired entries until they are dropped, as
   * the tenant's own do where it has so many that they are not exact.
   */
  stats(tenantId: string): BackendStats {
    const shelf = this.#shelves.get(tenantId);
    const living = shelf?.living(this.#now()) ?? { entries: 0, bytes: 0, exact: true };
    const details = {
      usedBytes: this.#bytes,
      capacityBytes: this.#limits.maxBytes,
      totalEntries: this.#queue.size,
      evictedForSize: shelf?.evictedForSize ?? 0,
      evictedForQuota: shelf?.evictedForQuota ?? 0,
      expired: shelf?.expired ?? 0,
    };
    return { ...living, details };
  }

  /** Drops this very slot. Answers whether it was still there. */
  remove(slot: Slot): boolean {
    if (this.#shelves.get(slot.tenantId)?.remove(slot) !== true) return false;
    if (slot.place !== undefined) this.#queue.remove(slot.place);
    slot.place = undefined;
    this.#bytes -= slot.bytes;
    return true;
  }

  /** Removes all of a tenant, telling nobody, and what was counted for it. The shelf itself stays: others hold it. Answers how many there were. */
  purge(tenantId: string): number {
    const shelf = this.#shelves.get(tenantId);
    if (shelf === undefined) return 0;
    const slots = [...shelf.decoded.values(), ...shelf.encoded.values()];
    for (const slot of slots) this.remove(slot);
    shelf.evictedForSize = 0;
    shelf.evictedForQuota = 0;
    shelf.expired = 0;
    return slots.length;
  }

  /** Forgets everything, tells nobody and takes nothing in any more. */
  close(): void {
    this.#closed = true;
    for (const slot of this.#queue) this.remove(slot);
  }

  #expire(slot: Slot): void {
    if (this.remove(slot)) this.shelf(slot.tenantId).expired++;
  }

  #sweep(): void {
    for (const slot of this.#queue.expired(SWEPT_PER_INSERT, this.#now())) this.#expire(slot);
  }

  #makeRoom(shelf: Shelf, bytes: number): Victim[] {
    const { maxBytes, maxEntries, maxTenantBytes, maxTenantEntries } = this.#limits;
    const victims: Victim[] = [];
    const own = shelf.queue;
    if (own !== undefined)
      while (shelf.bytes + bytes > maxTenantBytes || shelf.entries >= maxTenantEntries)
        if (!this.#evict(own, "quota", victims)) break;
    while (this.#bytes + bytes > maxBytes || this.#queue.size >= maxEntries)
      if (!this.#evict(this.#queue, "size", victims)) break;
    return victims;
  }

  #evict(queue: SieveQueue<Slot>, cause: Victim["cause"], victims: Victim[]): boolean {
    const now = this.#now();
    const slot = queue.victim(now);
    if (slot === undefined) return false;
    if (slot.expiresAt <= now) {
      this.#expire(slot);
      return true;
    }
    this.remove(slot);
    const shelf = this.shelf(slot.tenantId);
    if (cause === "quota") shelf.evictedForQuota++;
    else shelf.evictedForSize++;
    victims.push({ slot, cause });
    return true;
  }
}
