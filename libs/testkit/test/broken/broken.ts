import type { CacheBackend, EntryStore, InvalidationLog } from "@cogniverse/sdk";
import type {
  BackendContractOptions,
  BackendFixture,
  LogContractOptions,
  LogFixture,
} from "@cogniverse/testkit";

/** An honest backend, its fixture or its failing states made wrong in one way, and the rule that has to notice. */
export type Broken = Readonly<{
  fault: string;
  rule: string;
  breakIt?: (honest: Full, fixture: BackendFixture) => Full;
  breakFixture?: (honest: BackendFixture) => BackendFixture;
  options?: Partial<BackendContractOptions>;
}>;

/** An honest log, or its fixture, made wrong in one way, and the rule that has to notice. */
export type BrokenLog = Readonly<{
  fault: string;
  rule: string;
  breakIt?: (honest: InvalidationLog) => InvalidationLog;
  make?: () => LogFixture;
  options?: LogContractOptions;
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
