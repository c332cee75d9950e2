import type { Entry, EntryMetadata } from "./entry.ts";

/** An entry that a bounded backend is about to give up. `quota`: its tenant was over its share. */
export interface Eviction {
  readonly key: string;
  readonly tenantId: string;
  readonly metadata: EntryMetadata;
  readonly cause: "size" | "quota";
  /** The whole entry while it is still held, else `undefined`. Call it synchronously or not at all; the backend waits for it. */
  load(): Promise<Entry | undefined>;
}

/** Where a bounded backend tells what it evicts, so that a tier below can take it over. Expired entries are not told. */
export interface EvictionSource {
  /** The listener must not throw and must return at once. Disposing stops the telling. */
  onEvict(listener: (eviction: Eviction) => void): Disposable;
}
