import type { CacheBackend } from "./backend.ts";
import type { Clock } from "./clock.ts";
import { isUnreadable, type EntryStore } from "./entry-store.ts";
import { plainEntry } from "./plain-entry.ts";

/** What {@link plainCalls} needs beside the entries. */
export interface PlainCallsOptions {
  readonly clock: Pick<Clock, "now">;
  /** Seconds that a ttl of `undefined` means; `null` = never expires. */
  readonly defaultTtl: number | null;
}

/**
 * The plain `get` and `put` of a backend whose entries hold bytes and metadata together: a `get` sees every copy that can be read, a manager's too;
 * a `put` stores a {@link plainEntry}, whatever is stored already. No I/O of its own: errors are those of `entries`.
 */
export function plainCalls(
  entries: Pick<EntryStore, "getEntry" | "putEntry">,
  { clock, defaultTtl }: PlainCallsOptions,
): Pick<CacheBackend, "get" | "put"> {
  return {
    async get(key, tenantId, call) {
      const answer = await entries.getEntry(key, tenantId, call);
      return answer === undefined || isUnreadable(answer) ? undefined : answer.data;
    },
    async put(key, data, tenantId, metadata, ttl = defaultTtl, call) {
      const entry = plainEntry(data, { now: clock.now(), ttl, user: metadata });
      return (await entries.putEntry(key, entry, tenantId, undefined, call)) !== undefined;
    },
  };
}
