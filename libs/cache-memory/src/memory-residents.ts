import type { NewResident, Resident, ResidentSpace, ResidentStore } from "@cogniverse/sdk";
import type { MemoryStore } from "./memory-store.ts";
import { Slot } from "./slot.ts";

/** Decoded values of a {@link MemoryStore}. */
export class MemoryResidents implements ResidentStore {
  readonly #store: MemoryStore;
  readonly #spaces = new Map<string, ResidentSpace>();

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  space(tenantId: string): ResidentSpace {
    const known = this.#spaces.get(tenantId);
    if (known !== undefined) return known;
    const made = new TenantResidents(this.#store, tenantId);
    this.#spaces.set(tenantId, made);
    return made;
  }
}

class TenantResidents implements ResidentSpace {
  readonly #store: MemoryStore;
  readonly #tenantId: string;
  readonly #decoded: ReadonlyMap<string, Slot>;

  constructor(store: MemoryStore, tenantId: string) {
    this.#store = store;
    this.#tenantId = tenantId;
    this.#decoded = store.shelf(tenantId).decoded;
  }

  find(key: string): Resident | undefined {
    return this.#decoded.get(key);
  }

  insert(newcomer: NewResident): Resident | undefined {
    // Without a value there is nothing to be found.
    if (newcomer.value === undefined) return undefined;
    const { asOf } = newcomer.entry.metadata;
    return this.#store.write(this.#tenantId, newcomer, { if: "not-newer", asOf });
  }

  drop(resident: Resident): void {
    if (resident instanceof Slot) this.#store.remove(resident);
  }
}
