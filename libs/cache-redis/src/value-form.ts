import { hash, randomBytes } from "node:crypto";
import type {
  Bytes,
  Entry,
  EntryMetadata,
  StoredEntry,
  StoredHead,
  UnreadableCopy,
} from "@cogniverse/sdk";
import { decodeFrame, decodeFrameHeader, encodeFrame } from "@cogniverse/sdk/frame";

/**
 * Bytes behind the frame: write id, 8 random bytes; `asOf`, float64 little-endian; the first 8 bytes of the SHA-256 of `logId`. A fixed
 * place from the end, so that a script compares conditions by one GETRANGE.
 */
export const TRAILER_BYTES = 24;
const ID_BYTES = 8;

/** A value in the parts that are written one behind the other, and the etag that it will have. */
export type EncodedValue = Readonly<{
  etag: string;
  parts: readonly [header: Bytes, payload: Bytes, trailer: Bytes];
  bytes: number;
}>;

/** A header that was read and checked before, and the value that it stood in. */
export type KnownHeader = Readonly<{
  etag: string;
  header: Buffer;
  metadata: EntryMetadata;
  /** Both halves of the write id. */
  id: readonly [number, number];
  /** Of the whole value. */
  bytes: number;
}>;

/** The sdk's frame and a trailer. `writeId`: {@link newWriteId} but in tests. */
export function encodeValue(entry: Entry, writeId: Buffer = newWriteId()): EncodedValue {
  const [header, payload] = encodeFrame(entry);
  const trailer = Buffer.allocUnsafe(TRAILER_BYTES);
  writeId.copy(trailer, 0);
  trailer.writeDoubleLE(entry.metadata.asOf, ID_BYTES);
  logMark(entry.metadata.logId).copy(trailer, 2 * ID_BYTES);
  return {
    etag: writeId.toString("hex"),
    parts: [header, payload, trailer],
    bytes: header.byteLength + payload.byteLength + TRAILER_BYTES,
  };
}

/**
 * The entry in a value, its data a view of it. `nowMs`: what expired by then is told as such. Never throws. A header that is `memory.known`
 * already is compared byte for byte and not parsed again; one that is not is kept there.
 */
export function decodeValue(
  value: Buffer,
  nowMs: number,
  memory?: { known: KnownHeader | undefined },
): StoredEntry | UnreadableCopy {
  const end = value.byteLength - TRAILER_BYTES;
  const known = memory?.known;
  if (known !== undefined && begins(value, end, known)) {
    const { header, metadata, etag } = known;
    return fresh(value.subarray(header.byteLength, end), metadata, etag, nowMs);
  }
  const decoded = decodeFrame(end < 0 ? value : value.subarray(0, end));
  if (!decoded.ok) return { unreadable: decoded.cause };
  const { data, metadata } = decoded.entry;
  const etag = etagOf(value);
  if (memory !== undefined) memory.known = headerOf(value, decoded.headerBytes, metadata, etag);
  return fresh(data, metadata, etag, nowMs);
}

/** Whether it is the value that the header was read of, so that it ends where that did. */
function begins(value: Buffer, end: number, { header, id, bytes }: KnownHeader): boolean {
  return (
    value.byteLength === bytes &&
    value.readUInt32LE(end) === id[0] &&
    value.readUInt32LE(end + 4) === id[1] &&
    header.compare(value, 0, header.byteLength) === 0
  );
}

function headerOf(
  value: Buffer,
  headerBytes: number,
  metadata: EntryMetadata,
  etag: string,
): KnownHeader {
  const end = value.byteLength - TRAILER_BYTES;
  return {
    etag,
    // A copy: a view would hold all that came from the socket with it.
    header: Buffer.from(value.subarray(0, headerBytes)),
    metadata,
    id: [value.readUInt32LE(end), value.readUInt32LE(end + 4)],
    bytes: value.byteLength,
  };
}

function fresh(
  data: Bytes,
  metadata: EntryMetadata,
  etag: string,
  nowMs: number,
): StoredEntry | UnreadableCopy {
  if (metadata.expiresAt !== null && metadata.expiresAt <= nowMs) return { unreadable: "expired" };
  return { data, metadata, etag };
}

/** As {@link decodeValue}, from the frame's header, the trailer and the length of the whole. */
export function decodeHead(
  header: Buffer,
  trailer: Buffer,
  bytes: number,
  nowMs: number,
): StoredHead | UnreadableCopy {
  const decoded = decodeFrameHeader(header);
  if (!decoded.ok) return { unreadable: decoded.cause };
  const { metadata, headerBytes, payloadBytes } = decoded;
  if (bytes !== headerBytes + payloadBytes + TRAILER_BYTES) return { unreadable: "corrupt" };
  if (metadata.expiresAt !== null && metadata.expiresAt <= nowMs) return { unreadable: "expired" };
  return { metadata, etag: etagAt(trailer, 0) };
}

/** As {@link decodeHead}, from the whole value. */
export function decodeWholeHead(value: Buffer, nowMs: number): StoredHead | UnreadableCopy {
  const end = Math.max(0, value.byteLength - TRAILER_BYTES);
  return decodeHead(value.subarray(0, end), value.subarray(end), value.byteLength, nowMs);
}

/** The etag of whatever ends with these bytes, readable or not. */
export function etagOf(value: Buffer): string {
  return etagAt(value, Math.max(0, value.byteLength - TRAILER_BYTES));
}

function etagAt(bytes: Buffer, at: number): string {
  return bytes.toString("hex", at, at + ID_BYTES);
}

let lastLogId: string | undefined;
let lastMark: Buffer = Buffer.alloc(ID_BYTES);

/** What stands for a log in a trailer. Writes of one process name one log, so the last answer is kept. */
export function logMark(logId: string): Buffer {
  if (logId !== lastLogId) {
    lastMark = hash("sha256", logId, "buffer").subarray(0, ID_BYTES);
    lastLogId = logId;
  }
  return lastMark;
}

const POOL_BYTES = 4096;
let pool: Buffer = Buffer.alloc(0);
let used = 0;

/** From the system's source, not the context's: two processes must never agree on one. */
function newWriteId(): Buffer {
  if (used === pool.byteLength) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  used += ID_BYTES;
  return pool.subarray(used - ID_BYTES, used);
}
