import {
  ALIGNMENT_EXTRA,
  IN_ZIP64,
  METHOD,
  RECORD_BYTES,
  SIGNATURE,
  UTF8_NAME,
  ZIP64_EXTRA,
} from "./zip-fields.ts";

/** What both headers of a member say. */
export type MemberHeader = Readonly<{
  nameBytes: Uint8Array;
  method: "stored" | "deflated";
  crc32: number;
  plainBytes: number;
  packedBytes: number;
  localAt: number;
}>;

/** 1980-01-01, the format's first day, as numpy writes it: same arrays, same bytes. */
const FIXED_DATE = 0x0021;
const PLAIN_VERSION = 20;
const ZIP64_VERSION = 45;
const UNIX = 3;
/** A regular file, rw-r--r--. */
const UNIX_MODE = 0o100644;
const ALIGNMENT_EXTRA_MIN_BYTES = 6;

/** Length of the local header of a member at `localAt`; with `alignment` its body starts at a multiple of that. */
export function localHeaderLength(member: Omit<MemberHeader, "crc32">, alignment?: number): number {
  const bare = RECORD_BYTES.local + member.nameBytes.byteLength + (sizesNeed64(member) ? 20 : 0);
  if (alignment === undefined) return bare;
  const gap = (alignment - ((member.localAt + bare) % alignment)) % alignment;
  return bare + (gap === 0 || gap >= ALIGNMENT_EXTRA_MIN_BYTES ? gap : gap + alignment);
}

/** The header before a member's body, `length` bytes long: what names and sizes leave over is padding. */
export function localHeaderBytes(
  member: MemberHeader,
  length: number,
  alignment: number,
): Uint8Array {
  const { nameBytes } = member;
  const header = new Uint8Array(length);
  const view = new DataView(header.buffer);
  const wide = sizesNeed64(member);
  view.setUint32(0, SIGNATURE.local, true);
  setShared(view, 4, member, wide);
  view.setUint16(28, length - RECORD_BYTES.local - nameBytes.byteLength, true);
  header.set(nameBytes, RECORD_BYTES.local);
  let extraAt = RECORD_BYTES.local + nameBytes.byteLength;
  if (wide) extraAt += setZip64(view, extraAt, [member.plainBytes, member.packedBytes]);
  if (extraAt < length) {
    view.setUint16(extraAt, ALIGNMENT_EXTRA, true);
    view.setUint16(extraAt + 2, length - extraAt - 4, true);
    view.setUint16(extraAt + 4, alignment, true);
  }
  return header;
}

/** A member's record in the central directory. */
export function centralHeaderBytes(member: MemberHeader): Uint8Array {
  const { nameBytes, plainBytes, packedBytes, localAt } = member;
  const sizes = sizesNeed64(member) ? [plainBytes, packedBytes] : [];
  const wide = localAt >= IN_ZIP64.u32 ? [...sizes, localAt] : sizes;
  const extraBytes = wide.length === 0 ? 0 : 4 + 8 * wide.length;
  const header = new Uint8Array(RECORD_BYTES.central + nameBytes.byteLength + extraBytes);
  const view = new DataView(header.buffer);
  view.setUint32(0, SIGNATURE.central, true);
  view.setUint16(4, (UNIX << 8) | (wide.length > 0 ? ZIP64_VERSION : PLAIN_VERSION), true);
  setShared(view, 6, member, wide.length > 0);
  view.setUint16(30, extraBytes, true);
  view.setUint32(38, UNIX_MODE * 0x10000, true);
  view.setUint32(42, Math.min(localAt, IN_ZIP64.u32), true);
  header.set(nameBytes, RECORD_BYTES.central);
  if (wide.length > 0) setZip64(view, RECORD_BYTES.central + nameBytes.byteLength, wide);
  return header;
}

/** The run of fields that both headers have in common: version to name length. */
function setShared(view: DataView, at: number, member: MemberHeader, zip64: boolean): void {
  const wideSizes = sizesNeed64(member);
  view.setUint16(at, zip64 ? ZIP64_VERSION : PLAIN_VERSION, true);
  view.setUint16(at + 2, member.nameBytes.some((byte) => byte > 0x7f) ? UTF8_NAME : 0, true);
  view.setUint16(at + 4, METHOD[member.method], true);
  view.setUint16(at + 8, FIXED_DATE, true);
  view.setUint32(at + 10, member.crc32, true);
  view.setUint32(at + 14, wideSizes ? IN_ZIP64.u32 : member.packedBytes, true);
  view.setUint32(at + 18, wideSizes ? IN_ZIP64.u32 : member.plainBytes, true);
  view.setUint16(at + 22, member.nameBytes.byteLength, true);
}

/** Local headers must carry both sizes in zip64 or none. */
function sizesNeed64({
  plainBytes,
  packedBytes,
}: Pick<MemberHeader, "plainBytes" | "packedBytes">): boolean {
  return Math.max(plainBytes, packedBytes) >= IN_ZIP64.u32;
}

function setZip64(view: DataView, at: number, values: readonly number[]): number {
  view.setUint16(at, ZIP64_EXTRA, true);
  view.setUint16(at + 2, 8 * values.length, true);
  values.forEach((value, index) => view.setBigUint64(at + 4 + 8 * index, BigInt(value), true));
  return 4 + 8 * values.length;
}
