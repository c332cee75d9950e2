/** Version of the record's fixed part. A record of another version is never opened: {@link decodeRecord} answers `undefined`. */
const RECORD_VERSION = 1;
/** The frame begins here: a multiple of the frame's own alignment, so that one copy of a record keeps its payload aligned. */
export const RECORD_PREFIX_BYTES = 64;

const IN_FILE = 1;

/**
 * The fixed part of what the index says of an entry. `id`: 32 hex digits, new for each write; it is the etag and the name of the file.
 * `expiresAt`: `Infinity` = never. `order`: place in the order of eviction. `indexBytes`: what the entry is charged for its rows.
 */
export type RecordHead = Readonly<{
  id: string;
  inFile: boolean;
  headerBytes: number;
  payloadBytes: number;
  expiresAt: number;
  asOf: number;
  order: number;
  indexBytes: number;
}>;

/**
 * A record: little-endian version u8, flags u8 (1 = value in a file), two zero bytes, frame header bytes u32, payload bytes f64, expiresAt f64,
 * asOf f64, order f64, index bytes f64, id 16 bytes; then the frame's header, and its payload unless that is in a file.
 */
export function encodeRecord(
  head: RecordHead,
  header: Uint8Array,
  payload: Uint8Array | undefined,
): Buffer {
  const frameBytes = header.byteLength + (payload?.byteLength ?? 0);
  const record = Buffer.alloc(RECORD_PREFIX_BYTES + frameBytes);
  record[0] = RECORD_VERSION;
  record[1] = head.inFile ? IN_FILE : 0;
  record.writeUInt32LE(head.headerBytes, 4);
  record.writeDoubleLE(head.payloadBytes, 8);
  record.writeDoubleLE(head.expiresAt, 16);
  record.writeDoubleLE(head.asOf, 24);
  record.writeDoubleLE(head.order, 32);
  record.writeDoubleLE(head.indexBytes, 40);
  record.write(head.id, 48, 16, "hex");
  record.set(header, RECORD_PREFIX_BYTES);
  if (payload !== undefined) record.set(payload, RECORD_PREFIX_BYTES + header.byteLength);
  return record;
}

/** The fixed part of a record; `undefined` where it is not one of this version. */
export function decodeRecord(record: Buffer): RecordHead | undefined {
  if (record.byteLength < RECORD_PREFIX_BYTES || record[0] !== RECORD_VERSION) return undefined;
  return {
    id: record.toString("hex", 48, 64),
    inFile: ((record[1] ?? 0) & IN_FILE) !== 0,
    headerBytes: record.readUInt32LE(4),
    payloadBytes: record.readDoubleLE(8),
    expiresAt: record.readDoubleLE(16),
    asOf: record.readDoubleLE(24),
    order: record.readDoubleLE(32),
    indexBytes: record.readDoubleLE(40),
  };
}

/** What of the frame is in the record. A view of it. */
export function recordFrame(record: Buffer): Uint8Array {
  return new Uint8Array(
    record.buffer,
    record.byteOffset + RECORD_PREFIX_BYTES,
    record.byteLength - RECORD_PREFIX_BYTES,
  );
}
