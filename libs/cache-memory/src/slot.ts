import type { Entry, EntryMetadata, Resident } from "@cogniverse/sdk";
import type { Place } from "./sieve-queue.ts";

/** One entry held in memory. A write makes a new slot, so a slot's identity is that of the copy it holds. */
export class Slot implements Resident {
  readonly key: string;
  readonly entry: Entry;
  /** `undefined`: the bytes were stored without their decoded value, and only byte reads see the slot. */
  readonly value: unknown;
  readonly expiresAt: number;
  readonly note: unknown;
  checkedAt: number;
  visited: boolean;
  readonly tenantId: string;
  /** Everything this slot is charged for; see weight.ts. */
  readonly bytes: number;
  /** Greater for each later write of the store. */
  readonly version: number;
  /** In the order of all tenants; `undefined` once it was removed. */
  place: Place<Slot> | undefined;
  /** In the order of its tenant, where tenants have a quota. */
  ownPlace: Place<Slot> | undefined;

  constructor(made: SlotParts) {
    this.key = made.key;
    this.entry = made.entry;
    this.value = made.value;
    this.expiresAt = made.entry.metadata.expiresAt ?? Infinity;
    this.note = made.note;
    this.checkedAt = made.checkedAt;
    this.visited = made.visited;
    this.tenantId = made.tenantId;
    this.bytes = made.bytes;
    this.version = made.version;
    this.place = undefined;
    this.ownPlace = undefined;
  }

  get metadata(): EntryMetadata {
    return this.entry.metadata;
  }

  get etag(): string {
    return String(this.version);
  }
}

/** What a {@link Slot} is made of. */
export interface SlotParts {
  readonly key: string;
  readonly entry: Entry;
  readonly value: unknown;
  readonly note: unknown;
  readonly checkedAt: number;
  readonly visited: boolean;
  readonly tenantId: string;
  readonly bytes: number;
  readonly version: number;
}
