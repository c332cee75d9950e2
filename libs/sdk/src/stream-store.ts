import type { Bytes } from "./bytes.ts";
import type { Call } from "./call.ts";
import type { EntryMetadata, StoredHead } from "./entry.ts";

/** Values too large to hold: memory is bounded by the chunk, not by the value. */
export interface StreamStore {
  /** `range` is half-open, in stored bytes. Leaving the body's iteration early releases what it holds. */
  getStream(
    key: string,
    tenantId: string,
    range?: readonly [from: number, to: number],
    call?: Call,
  ): Promise<(StoredHead & { readonly body: AsyncIterable<Bytes> }) | undefined>;
  /** Visible whole once the body ended and `seal` was called for the metadata, or never. The new etag; `undefined` = refused. */
  putStream(
    key: string,
    body: AsyncIterable<Bytes>,
    seal: () => EntryMetadata,
    tenantId: string,
    call?: Call,
  ): Promise<string | undefined>;
}
