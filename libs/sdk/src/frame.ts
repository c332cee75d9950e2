import { Buffer, isUtf8 } from "node:buffer";
import { crc32 } from "node:zlib";
import type { Bytes } from "./bytes.ts";
import type { Entry } from "./entry.ts";
import { formatMetadata, parseMetadata } from "./metadata-form.ts";

export { formatMetadata, parseMetadata };

/** The version that {@link encodeFrame} writes and {@link decodeFrame} reads. */
export const FRAME_VERSION = 1;
/** The payload of a frame begins at a multiple of this, so that typed arrays can view it in place. */
export const FRAME_ALIGNMENT = 64;
/** Bytes before the metadata. */
export const FRAME_PREFIX_BYTES = 24;

// Like PNG's: a byte that is no text, the name, a line end that text tools would mangle.
const MAGIC = [0x89, 0x43, 0x4f, 0x47];

/**
 * Metadata and data as one value. Layout, little-endian: magic `89 43 4F 47`; version u8; three zero bytes; metadata bytes u32; payload
 * bytes u64; CRC-32 of the 20 bytes before it and the metadata, u32; metadata as JSON in UTF-8; zero bytes up to a multiple
 * of {@link FRAME_ALIGNMENT}; payload. The payload has its own checksum in the metadata. Returns the two parts to be written
 * one behind the other, so that a large payload is not copied.
 */
export function encodeFrame(
  entry: Entry,
): readonly [header: Uint8Array<ArrayBuffer>, payload: Bytes] {
  return [beginFrame(entry, 0), entry.data];
}

/** Both parts of {@link encodeFrame} in one array. */
export function joinFrame(entry: Entry): Uint8Array<ArrayBuffer> {
  const whole = beginFrame(entry, entry.data.byteLength);
  whole.set(entry.data, whole.byteLength - entry.data.byteLength);
  return whole;
}

/** The header, with room behind it that is still to be written. Its memory is its own, so that it begins at an aligned address. */
function beginFrame({ metadata, data }: Entry, room: number): Uint8Array<ArrayBuffer> {
  const text = formatMetadata(metadata);
  const metadataBytes = Buffer.byteLength(text);
  const start = payloadStart(metadataBytes);
  const frame = Buffer.allocUnsafeSlow(start + room);
  frame.fill(0, 0, FRAME_PREFIX_BYTES);
  frame.set(MAGIC, 0);
  frame[4] = FRAME_VERSION;
  frame.writeUInt32LE(metadataBytes, 8);
  frame.writeUInt32LE(data.byteLength % 2 ** 32, 12);
  frame.writeUInt32LE(Math.floor(data.byteLength / 2 ** 32), 16);
  frame.write(text, FRAME_PREFIX_BYTES);
  frame.fill(0, FRAME_PREFIX_BYTES + metadataBytes, start);
  frame.writeUInt32LE(headerChecksum(frame, metadataBytes), 20);
  // A plain array: what slices it gets a copy.
  return new Uint8Array(frame.buffer);
}

/** What {@link decodeFrame} found. `foreign`: no frame of ours; `unsupported`: a frame of another version; `corrupt`: damaged or cut. */
export type DecodedFrame =
  | Readonly<{ ok: true; entry: Entry; headerBytes: number }>
  | Readonly<{ ok: false; cause: "foreign" | "unsupported" | "corrupt" }>;

/** The entry in a frame; its data is a view of `frame`. The payload's checksum is the reader's to verify. Never throws. */
export function decodeFrame(frame: Bytes): DecodedFrame {
  const head = decodeFrameHeader(frame);
  if (!head.ok) return head;
  if (frame.byteLength !== head.headerBytes + head.payloadBytes)
    return { ok: false, cause: "corrupt" };
  return {
    ok: true,
    entry: { data: frame.subarray(head.headerBytes), metadata: head.metadata },
    headerBytes: head.headerBytes,
  };
}

/** What {@link decodeFrameHeader} found. */
export type DecodedFrameHeader =
  | Readonly<{ ok: true; metadata: Entry["metadata"]; headerBytes: number; payloadBytes: number }>
  | Readonly<{ ok: false; cause: "foreign" | "unsupported" | "corrupt" }>;

/** The metadata of a frame from its beginning alone; `frame` must hold the whole header. Never throws. */
export function decodeFrameHeader(frame: Bytes): DecodedFrameHeader {
  if (frame.byteLength < MAGIC.length || !hasMagic(frame)) return { ok: false, cause: "foreign" };
  if (frame.byteLength < FRAME_PREFIX_BYTES) return { ok: false, cause: "corrupt" };
  if (frame[4] !== FRAME_VERSION) return { ok: false, cause: "unsupported" };
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const metadataBytes = bytes.readUInt32LE(8);
  const headerBytes = payloadStart(metadataBytes);
  if (
    frame.byteLength < headerBytes ||
    bytes.readUInt32LE(20) !== headerChecksum(bytes, metadataBytes) ||
    !isZero(frame, FRAME_PREFIX_BYTES + metadataBytes, headerBytes)
  ) {
    return { ok: false, cause: "corrupt" };
  }
  const text = bytes.subarray(FRAME_PREFIX_BYTES, FRAME_PREFIX_BYTES + metadataBytes);
  const metadata = isUtf8(text) ? parseMetadata(text.toString()) : undefined;
  if (metadata === undefined) return { ok: false, cause: "corrupt" };
  const payloadBytes = bytes.readUInt32LE(12) + bytes.readUInt32LE(16) * 2 ** 32;
  return { ok: true, metadata, headerBytes, payloadBytes };
}

function hasMagic(frame: Bytes): boolean {
  return (
    frame[0] === MAGIC[0] && frame[1] === MAGIC[1] && frame[2] === MAGIC[2] && frame[3] === MAGIC[3]
  );
}

function isZero(frame: Bytes, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (frame[at] !== 0) return false;
  return true;
}

function payloadStart(metadataBytes: number): number {
  return Math.ceil((FRAME_PREFIX_BYTES + metadataBytes) / FRAME_ALIGNMENT) * FRAME_ALIGNMENT;
}

function headerChecksum(frame: Buffer, metadataBytes: number): number {
  return crc32(
    frame.subarray(FRAME_PREFIX_BYTES, FRAME_PREFIX_BYTES + metadataBytes),
    crc32(frame.subarray(0, 20)),
  );
}
