import { CacheError } from "@cogniverse/sdk";
import { MAX_INDEX_KEY_BYTES } from "./environment.ts";

/** What a tenant id never holds, so that no tenant's keys run into another's. */
const SEPARATOR = "\0";

/** The index key of one entry. Keys of a tenant stand together, in the order of their bytes. Throws `invalid_key`. */
export function entryKey(tenantId: string, key: string): Buffer {
  const bytes = Buffer.from(`${tenantId}${SEPARATOR}${key}`);
  if (bytes.byteLength <= MAX_INDEX_KEY_BYTES) return bytes;
  const limit = MAX_INDEX_KEY_BYTES - Buffer.byteLength(tenantId) - 1;
  throw new CacheError(
    "invalid_key",
    `Key ${JSON.stringify(key.slice(0, 120))} is refused: the local tier takes at most ${limit} bytes`,
  );
}

/** The inverse of {@link entryKey}. */
export function splitEntryKey(bytes: Uint8Array): Readonly<{ tenantId: string; key: string }> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const end = text.indexOf(SEPARATOR);
  return { tenantId: text.slice(0, end), key: text.slice(end + 1) };
}

/** Half-open range of index keys: those of the tenant that begin with `prefix` and sort after `after`. */
export function keyRange(
  tenantId: string,
  prefix: string,
  after: string | undefined,
): Readonly<{ start: Buffer; end: Buffer }> {
  const first = Buffer.from(`${tenantId}${SEPARATOR}${prefix}`);
  const end = Buffer.from(first);
  // UTF-8 never ends in 0xFF, so the last byte can be raised.
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  const next =
    after === undefined ? first : Buffer.from(`${tenantId}${SEPARATOR}${after}${SEPARATOR}`);
  return { start: Buffer.compare(next, first) > 0 ? next : first, end };
}
