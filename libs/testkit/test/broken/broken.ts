import type { CacheBackend, EntryStore } from "@cogniverse/sdk";
import type { BackendFixture } from "@cogniverse/testkit";

/** An honest backend or log made wrong in one way, and the rule that has to notice. */
export type Broken<B> = Readonly<{
  fault: string;
  rule: string;
  breakIt: (honest: B, fixture: BackendFixture) => B;
}>;

export type Full = CacheBackend;

export const changed = (honest: Full, changes: Partial<Full>): Full => ({ ...honest, ...changes });

export function entriesOf(honest: Full): EntryStore {
  if (honest.entries === undefined) throw new Error("no entries");
  return honest.entries;
}

export function withEntries(honest: Full, changes: Partial<EntryStore>): Full {
  return changed(honest, { entries: { ...entriesOf(honest), ...changes } });
}

export function required<T>(capability: T | undefined): T {
  if (capability === undefined) throw new Error("the honest backend has it");
  return capability;
}
