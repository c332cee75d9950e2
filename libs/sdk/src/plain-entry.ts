import type { Bytes } from "./bytes.ts";
import type { Entry, UserMetadata } from "./entry.ts";
import { START } from "./position.ts";

/** What {@link plainEntry} needs beside the bytes. */
export interface PlainEntryOptions {
  /** Epoch milliseconds now, on the backend's clock. */
  readonly now: number;
  /** Seconds, `null` = never expires. A backend resolves `undefined` to its own default first. */
  readonly ttl: number | null;
  readonly user?: UserMetadata | undefined;
}

/**
 * The entry that a backend stores when its six plain calls are used without a cache manager. Its `logId` is "", so that a
 * manager reading it answers `foreign` and never serves bytes whose history it cannot check.
 */
export function plainEntry(data: Bytes, options: PlainEntryOptions): Entry {
  const expiresAt = options.ttl === null ? null : options.now + options.ttl * 1000;
  return {
    data,
    metadata: {
      logId: "",
      asOf: START,
      createdAt: options.now,
      freshUntil: expiresAt,
      expiresAt,
      computeMs: 0,
      codec: "bytes",
      contentType: "application/octet-stream",
      encodings: [],
      decodedBytes: data.byteLength,
      checksum: "",
      digest: "",
      tags: [],
      inherited: [],
      user: options.user ?? {},
    },
  };
}
