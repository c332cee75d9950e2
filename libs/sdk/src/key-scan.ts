import type { Call } from "./call.ts";
import type { StoredHead } from "./entry.ts";

/** Walks a tenant's keys with their metadata, in memory bounded by a page. */
export interface KeyScan {
  /**
   * Unexpired entries whose key begins with `prefix` and sorts after `after` (by bytes), in that order. Entries that stay put
   * during the walk are seen exactly once; ones that come or go meanwhile may be.
   */
  scan(
    prefix: string,
    after: string | undefined,
    tenantId: string,
    call?: Call,
  ): AsyncIterable<StoredHead & { readonly key: string }>;
}
