import { IN_ZIP64, malformedZip, RECORD_BYTES, SIGNATURE, type ZipFields } from "./zip-fields.ts";

/** Where the central directory lies and how many members it lists. Its end is where the end records start. */
export type ZipEnd = Readonly<{ members: number; directoryAt: number; directoryEnd: number }>;

const COMMENT_LIMIT = 0xffff;

/** Finds the end record, or its zip64 form, and checks that the directory it names ends exactly where the record starts. */
export function readZipEnd(fields: ZipFields): ZipEnd {
  const endAt = findEnd(fields);
  if (fields.u16(endAt + 4) !== 0 || fields.u16(endAt + 6) !== 0)
    throw malformedZip("it is one disk of several");
  const locatorAt = endAt - RECORD_BYTES.end64Locator;
  if (locatorAt >= 0 && fields.u32(locatorAt) === SIGNATURE.end64Locator)
    return readEnd64(fields, locatorAt);
  const members = fields.u16(endAt + 10);
  if (fields.u16(endAt + 8) !== members) throw malformedZip("it is one disk of several");
  return checked(
    { members, directoryAt: fields.u32(endAt + 16), directoryEnd: endAt },
    fields.u32(endAt + 12),
  );
}

function readEnd64(fields: ZipFields, locatorAt: number): ZipEnd {
  const at = fields.u64(locatorAt + 8);
  if (fields.u32(at) !== SIGNATURE.end64) throw malformedZip("the zip64 end record is missing");
  if (at + 12 + fields.u64(at + 4) !== locatorAt)
    throw malformedZip("the zip64 end record has a wrong length");
  const members = fields.u64(at + 32);
  if (fields.u32(at + 16) !== 0 || fields.u32(at + 20) !== 0 || fields.u64(at + 24) !== members) {
    throw malformedZip("it is one disk of several");
  }
  return checked(
    { members, directoryAt: fields.u64(at + 48), directoryEnd: at },
    fields.u64(at + 40),
  );
}

function checked(end: ZipEnd, directoryBytes: number): ZipEnd {
  if (end.directoryAt + directoryBytes !== end.directoryEnd)
    throw malformedZip("its directory is not where its end says");
  return end;
}

/** The end record is last; only a comment of the length that it states may follow. */
function findEnd(fields: ZipFields): number {
  const last = fields.bytes.byteLength - RECORD_BYTES.end;
  for (let at = last; at >= Math.max(0, last - COMMENT_LIMIT); at -= 1) {
    if (fields.u32(at) === SIGNATURE.end && fields.u16(at + 20) === last - at) return at;
  }
  throw malformedZip("it has no end record");
}

/** The end records of an archive; zip64 ones only where a number does not fit otherwise. */
export function zipEndBytes({ members, directoryAt, directoryEnd }: ZipEnd): Uint8Array {
  const directoryBytes = directoryEnd - directoryAt;
  const needs64 =
    members >= IN_ZIP64.u16 || directoryAt >= IN_ZIP64.u32 || directoryBytes >= IN_ZIP64.u32;
  const prefixBytes = needs64 ? RECORD_BYTES.end64 + RECORD_BYTES.end64Locator : 0;
  const end = new Uint8Array(prefixBytes + RECORD_BYTES.end);
  const view = new DataView(end.buffer);
  if (needs64) {
    view.setUint32(0, SIGNATURE.end64, true);
    view.setBigUint64(4, BigInt(RECORD_BYTES.end64 - 12), true);
    view.setUint16(12, 45, true);
    view.setUint16(14, 45, true);
    view.setBigUint64(24, BigInt(members), true);
    view.setBigUint64(32, BigInt(members), true);
    view.setBigUint64(40, BigInt(directoryBytes), true);
    view.setBigUint64(48, BigInt(directoryAt), true);
    view.setUint32(56, SIGNATURE.end64Locator, true);
    view.setBigUint64(64, BigInt(directoryEnd), true);
    view.setUint32(72, 1, true);
  }
  view.setUint32(prefixBytes, SIGNATURE.end, true);
  view.setUint16(prefixBytes + 8, Math.min(members, IN_ZIP64.u16), true);
  view.setUint16(prefixBytes + 10, Math.min(members, IN_ZIP64.u16), true);
  view.setUint32(prefixBytes + 12, Math.min(directoryBytes, IN_ZIP64.u32), true);
  view.setUint32(prefixBytes + 16, Math.min(directoryAt, IN_ZIP64.u32), true);
  return end;
}
