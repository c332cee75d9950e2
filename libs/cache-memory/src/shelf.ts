import { SieveQueue } from "./sieve-queue.ts";
import type { Slot } from "./slot.ts";

/** Entries looked at for one answer: about a millisecond. */
const MOST_COUNTED = 10_000;

/** What one tenant holds. Kept up by the store; nothing else writes it. */
export class Shelf {
  /** Slots with a decoded value. Apart from the others, so that finding a resident is one look-up without a check. */
  readonly decoded: Map<string, Slot> = new Map();
  /** Slots of which only the bytes are known. */
  readonly encoded: Map<string, Slot> = new Map();
  /** The tenant's own order; `undefined` where tenants have no quota and so never evict among their own. */
  readonly queue: SieveQueue<Slot> | undefined;
  bytes = 0;
  evictedForSize = 0;
  evictedForQuota = 0;
  expired = 0;
  /** Slots that expire at some time. */
  #mortals = 0;

  constructor(withQuota: boolean) {
    this.queue = withQuota ? new SieveQueue() : undefined;
  }

  get entries(): number {
    return this.decoded.size + this.encoded.size;
  }

  find(key: string): Slot | undefined {
    return this.decoded.get(key) ?? this.encoded.get(key);
  }

  add(slot: Slot): void {
    (slot.value === undefined ? this.encoded : this.decoded).set(slot.key, slot);
    this.bytes += slot.bytes;
    if (slot.expiresAt < Infinity) this.#mortals++;
    slot.ownPlace = this.queue?.add(slot);
  }

  /** Answers whether this very slot was there. */
  remove(slot: Slot): boolean {
    const slots = slot.value === undefined ? this.encoded : this.decoded;
    if (slots.get(slot.key) !== slot) return false;
    slots.delete(slot.key);
    this.bytes -= slot.bytes;
    if (slot.expiresAt < Infinity) this.#mortals--;
    if (slot.ownPlace !== undefined) this.queue?.remove(slot.ownPlace);
    slot.ownPlace = undefined;
    return true;
  }

  /** Without what has expired, unless that would take long to find: then with it, and not exact. */
  living(now: number): Readonly<{ entries: number; bytes: number; exact: boolean }> {
    let { entries, bytes } = this;
    if (this.#mortals === 0) return { entries, bytes, exact: true };
    if (entries > MOST_COUNTED) return { entries, bytes, exact: false };
    for (const slots of [this.encoded, this.decoded])
      for (const slot of slots.values()) {
        if (slot.expiresAt > now) continue;
        entries -= 1;
        bytes -= slot.bytes;
      }
    return { entries, bytes, exact: true };
  }

  *keys(): Generator<string, void> {
    yield* this.encoded.keys();
    yield* this.decoded.keys();
  }
}
