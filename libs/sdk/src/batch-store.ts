import type { Call } from "./call.ts";
import type { StoredEntry } from "./entry.ts";
import type { UnreadableCopy } from "./entry-store.ts";
import type { CacheError } from "./errors.ts";

/** Many entries of one tenant in as few round trips as the service allows. */
export interface BatchStore {
  /** One answer a key, in key order; a key that failed alone has its error in its place. */
  getEntries(
    keys: readonly string[],
    tenantId: string,
    call?: Call,
  ): Promise<readonly (StoredEntry | UnreadableCopy | CacheError | undefined)[]>;
}
