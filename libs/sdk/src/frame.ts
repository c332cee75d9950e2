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
const text = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Metadata and data as one value. Layout, little-endian: magic `89 43 4F 47`; version u8; three zero bytes; metadata bytes u32; payload
 * bytes u64; CRC-32 of the 20 bytes before it and the metadata, u32; metadata as JSON in UTF-8; zero bytes up to a multiple
 * of {@link FRAME_ALIGNMENT}; payload. The payload has its own checksum in the metadata. Returns the two parts to be written
 * one behind the other, so that a large payload is not copied.
 */
export function encodeFrame(
  entry: Entry,
): readonly [header: Uint8Array<ArrayBuffer>, payload: Bytes] {
  const metadata = text.encode(formatMetadata(entry.metadata));
  const header = new Uint8Array(payloadStart(metadata.byteLength));
  header.set(MAGIC, 0);
  header[4] = FRAME_VERSION;
  const view = new DataView(header.buffer);
  view.setUint32(8, metadata.byteLength, true);
  view.setBigUint64(12, BigInt(entry.data.byteLength), true);
  header.set(metadata, FRAME_PREFIX_BYTES);
  view.setUint32(20, headerChecksum(header, metadata.byteLength), true);
  return [header, entry.data];
}

/** Both parts of {@link encodeFrame} in one array. */
export function joinFrame(entry: Entry): Uint8Array<ArrayBuffer> {
  const [header, payload] = encodeFrame(entry);
  const whole = new Uint8Array(header.byteLength + payload.byteLength);
  whole.set(header, 0);
  whole.set(payload, header.byteLength);
  return whole;
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
  if (frame.byteLength < MAGIC.length || MAGIC.some((byte, i) => frame[i] !== byte))
    return { ok: false, cause: "foreign" };
  if (frame.byteLength < FRAME_PREFIX_BYTES) return { ok: false, cause: "corrupt" };
  if (frame[4] !== FRAME_VERSION) return { ok: false, cause: "unsupported" };
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const metadataBytes = view.getUint32(8, true);
  const headerBytes = payloadStart(metadataBytes);
  if (
    frame.byteLength < headerBytes ||
    view.getUint32(20, true) !== headerChecksum(frame, metadataBytes) ||
    frame.subarray(FRAME_PREFIX_BYTES + metadataBytes, headerBytes).some((byte) => byte !== 0)
  ) {
    return { ok: false, cause: "corrupt" };
  }
  const metadata = readMetadata(
    frame.subarray(FRAME_PREFIX_BYTES, FRAME_PREFIX_BYTES + metadataBytes),
  );
  if (metadata === undefined) return { ok: false, cause: "corrupt" };
  return { ok: true, metadata, headerBytes, payloadBytes: Number(view.getBigUint64(12, true)) };
}

function payloadStart(metadataBytes: number): number {
  return Math.ceil((FRAME_PREFIX_BYTES + metadataBytes) / FRAME_ALIGNMENT) * FRAME_ALIGNMENT;
}

function headerChecksum(frame: Bytes, metadataBytes: number): number {
  return crc32(
    frame.subarray(FRAME_PREFIX_BYTES, FRAME_PREFIX_BYTES + metadataBytes),
    crc32(frame.subarray(0, 20)),
  );
}

function readMetadata(bytes: Bytes): Entry["metadata"] | undefined {
  try {
    return parseMetadata(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}
