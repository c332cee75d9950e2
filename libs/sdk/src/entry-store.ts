import type { Call } from "./call.ts";
import type { Entry, StoredEntry, StoredHead } from "./entry.ts";
import type { Position } from "./position.ts";

/**
 * When a write may happen. `absent`: nothing (unexpired) is stored; `match`: what is stored has this etag; `not-newer`: nothing is stored
 * whose `asOf` is greater. Decided and done in one atomic step of the backend.
 */
export type WriteCondition = Readonly<
  { if: "absent" } | { if: "match"; etag: string } | { if: "not-newer"; asOf: Position }
>;

/**
 * Bytes and metadata in one round trip each way. Expiry is `metadata.expiresAt`: an expired entry is absent, and a backend
 * may forget it from then on. A stored copy that cannot be told is reported as {@link UnreadableCopy}, not as absent.
 */
export interface EntryStore {
  getEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredEntry | UnreadableCopy | undefined>;
  headEntry(
    key: string,
    tenantId: string,
    call?: Call,
  ): Promise<StoredHead | UnreadableCopy | undefined>;
  /** The new etag; `undefined` = the condition was not met or a limit refused it, and nothing changed. */
  putEntry(
    key: string,
    entry: Entry,
    tenantId: string,
    condition?: WriteCondition,
    call?: Call,
  ): Promise<string | undefined>;
  /**
   * Told that a conditional write of the key follows, by a caller who has something else to wait for: a backend whose service compares etags alone
   * looks at what is there meanwhile. Left out where a condition costs no look. Changes nothing; a write may follow before it resolves, or never.
   */
  expectPut?(key: string, tenantId: string, call?: Call): Promise<void>;
  /** Deletes the copy only while its etag is this one. Resolves whether it did. */
  deleteEntry(key: string, etag: string, tenantId: string, call?: Call): Promise<boolean>;
  /**
   * {@link EntryStore.deleteEntry} for many copies in few steps; left out where the service knows no such call. One answer a copy, in their
   * order. No two are of one key. Rejects where it is not known of every one: some may be gone then.
   */
  deleteEntries?(
    copies: readonly NamedCopy[],
    tenantId: string,
    call?: Call,
  ): Promise<readonly boolean[]>;
}

/** One very copy: another one under its key has another etag. */
export type NamedCopy = Readonly<{ key: string; etag: string }>;

/**
 * A copy is there, but not one to serve. `expired`: its time is over; `corrupt`: damaged, the backend dropped it or will;
 * `unsupported`: of a format version this release does not know (kept); `foreign`: not written by this cache (kept);
 * `archived`: the service must restore it before it can be read (kept).
 */
export type UnreadableCopy = Readonly<{
  unreadable: "expired" | "corrupt" | "unsupported" | "foreign" | "archived";
}>;

/** Narrows what {@link EntryStore} answers. */
export function isUnreadable(answer: StoredHead | UnreadableCopy): answer is UnreadableCopy {
  return "unreadable" in answer;
}
