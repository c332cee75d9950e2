import { crc32 } from "node:zlib";

/** Bytes from one seat to the next: a divisor of every page size, so that no seat lies in two pages. */
export const SEAT_BYTES = 64;
/** Bytes of a report: session, position and reads as float64, CRC-32 of all before it; little-endian. */
export const REPORT_BYTES = 36;

const POSITION_AT = 16;
const READS_AT = 24;
const CHECK_AT = 32;

/**
 * What a session says of itself. `session`: its 16 random bytes. `position`: all up to it has been applied. `reads`: of the log that it has
 * begun; it grows before each.
 */
export type Report = Readonly<{ session: Uint8Array; position: number; reads: number }>;

/** Writes a report into `into`, which belongs to the caller. */
export function encodeReport({ session, position, reads }: Report, into: Buffer): void {
  into.set(session, 0);
  into.writeDoubleLE(position, POSITION_AT);
  into.writeDoubleLE(reads, READS_AT);
  into.writeUInt32LE(crc32(into.subarray(0, CHECK_AT)), CHECK_AT);
}

/**
 * The report of `session` in its seat; `undefined` where it is another's, damaged, or cut off. A write of 36 bytes is no atomic step for a reader of
 * the page cache, who may get bytes of two reports and, of a position that carries over, a number greater than both: the check sum tells.
 */
export function decodeReport(seat: Buffer, session: Uint8Array): Report | undefined {
  if (seat.length < REPORT_BYTES) return undefined;
  if (Buffer.compare(seat.subarray(0, POSITION_AT), session) !== 0) return undefined;
  if (seat.readUInt32LE(CHECK_AT) !== crc32(seat.subarray(0, CHECK_AT))) return undefined;
  const [position, reads] = [seat.readDoubleLE(POSITION_AT), seat.readDoubleLE(READS_AT)];
  return { session, position, reads };
}
