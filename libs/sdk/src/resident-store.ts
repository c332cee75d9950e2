import type { Entry } from "./entry.ts";

/**
 * An entry kept decoded in this process. The store owns the object until it is dropped; readers hold it only within one
 * synchronous step, except for `value`, which is shared by contract and never mutated.
 */
export interface Resident {
  readonly key: string;
  readonly entry: Entry;
  readonly value: unknown;
  /** Epoch milliseconds from which it is not served; `Infinity` = never. */
  readonly expiresAt: number;
  /** Whatever the reader attached at insertion (its counters); opaque to the store. */
  readonly note: unknown;
  /** Written by the reader: the mirror's version at which this copy was last found valid; -1 = not yet. */
  checkedAt: number;
  /** Set by the reader on each hit; read and cleared by eviction. */
  visited: boolean;
}

/** What a reader gives for a new resident. `valueBytes`: what the decoded value takes beside the entry's bytes (0 where it is the same array). */
export interface NewResident {
  readonly key: string;
  readonly entry: Entry;
  readonly value: unknown;
  readonly valueBytes: number;
  readonly note: unknown;
  readonly checkedAt: number;
}

/** One tenant's residents. */
export interface ResidentSpace {
  /** A plain look-up: no I/O, no allocation, no reordering, no check of time. */
  find(key: string): Resident | undefined;
  /** Takes the newcomer in unless a resident with a greater `asOf` is there or it is above a limit; `undefined` then. May evict others. */
  insert(newcomer: NewResident): Resident | undefined;
  /** Drops this very resident if it is still the one under its key. */
  drop(resident: Resident): void;
}

/** Residents of all tenants. */
export interface ResidentStore {
  /** The same object for the same tenant, for as long as the store lives. */
  space(tenantId: string): ResidentSpace;
}
