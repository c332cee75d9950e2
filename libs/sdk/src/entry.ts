import type { Bytes } from "./bytes.ts";
import type { Position } from "./position.ts";
import type { Scope } from "./scope.ts";

/** The caller's own string map, carried verbatim with an entry. */
export type UserMetadata = Readonly<Record<string, string>>;

/**
 * One thing whose invalidation kills an entry derived from it. `asOf` is the position of the source's own copy. `digest` is the
 * SHA-256 (hex) of the source's decoded content where it is known: a later key record with the same digest spares the parent.
 */
export type ScopeStamp = Readonly<{ scope: Scope; asOf: Position; digest?: string }>;

/**
 * What travels with the bytes of an entry. Instants are epoch milliseconds on the coordinator's clock; `null` is never.
 * - `logId`, `asOf`: the log, and the place in it that the writer had seen before its compute began. A copy whose `logId` is
 *   another log's is dead. `logId` "" marks bytes that were stored without a cache manager.
 * - `computeMs`: what it cost to make the value. `decodedBytes`: size before compression.
 * - `checksum`: `<algorithm>:<lower-case hex>` of the stored bytes. `digest`: SHA-256, hex, of the decoded bytes.
 * - `tags` are this entry's own and carry its `asOf`; `inherited` are the scopes of what it was derived from.
 */
export type EntryMetadata = Readonly<{
  logId: string;
  asOf: Position;
  createdAt: number;
  freshUntil: number | null;
  expiresAt: number | null;
  computeMs: number;
  codec: string;
  contentType: string;
  encodings: readonly string[];
  decodedBytes: number;
  checksum: string;
  digest: string;
  tags: readonly string[];
  inherited: readonly ScopeStamp[];
  user: UserMetadata;
}>;

/** Bytes as stored (encoded, perhaps compressed) and what is known of them. */
export type Entry = Readonly<{ data: Bytes; metadata: EntryMetadata }>;

/** Metadata of a stored copy. `etag`: the backend's token for conditional writes. `ageMs`: by the backend's own clock, where it has one. */
export type StoredHead = Readonly<{ metadata: EntryMetadata; etag: string; ageMs?: number }>;

/** A stored copy whole. */
export type StoredEntry = StoredHead & Entry;
