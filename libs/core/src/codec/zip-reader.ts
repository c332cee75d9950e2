import { NpyFormatError } from "./npy-error.ts";
import { readZipEnd } from "./zip-end.ts";
import {
  IN_ZIP64,
  malformedZip,
  METHOD,
  RECORD_BYTES,
  SIGNATURE,
  UTF8_NAME,
  ZIP64_EXTRA,
  ZipFields,
} from "./zip-fields.ts";

/** One member, its sizes checked against the file: `body` is a view over it, stored or deflated, of what unpacks to `plainBytes`. */
export type ZipMember = Readonly<{
  name: string;
  method: "stored" | "deflated";
  crc32: number;
  plainBytes: number;
  body: Uint8Array;
}>;

/** Deflate's best: two bits for 258 bytes. Whoever declares more lies. */
const DEFLATE_MAX_RATIO = 1032;
/** Encrypted, patched, strongly encrypted, masked: nothing that these flags mark can be read here. */
const UNREADABLE_FLAGS = 0x0001 | 0x0020 | 0x0040 | 0x2000;

type DirectoryEntry = Readonly<{
  nameBytes: Uint8Array;
  name: string;
  method: "stored" | "deflated";
  crc32: number;
  packedBytes: number;
  plainBytes: number;
  localAt: number;
}>;

/**
 * Lists the members of a zip file without unpacking any. Sizes come from the central directory; every member must lie
 * inside the file, apart from all others, behind a local header of the same name. Throws NpyFormatError.
 * Reader and writer are our own because no zip library gives both: bodies placed at multiples of 64 bytes, and checked views
 * over them (fflate copies them and checks no CRC-32, yauzl only reads and checks none of the bodies', zip.js streams).
 */
export function readZip(bytes: Uint8Array): readonly ZipMember[] {
  const fields = new ZipFields(bytes);
  const { members, directoryAt, directoryEnd } = readZipEnd(fields);
  const entries: DirectoryEntry[] = [];
  let at = directoryAt;
  while (at < directoryEnd) {
    entries.push(readDirectoryEntry(fields, at));
    at += RECORD_BYTES.central + fields.u16(at + 28) + fields.u16(at + 30) + fields.u16(at + 32);
  }
  if (at !== directoryEnd || entries.length !== members)
    throw malformedZip("its directory does not list what its end says");
  return locate(fields, entries, directoryAt);
}

function readDirectoryEntry(fields: ZipFields, at: number): DirectoryEntry {
  if (fields.u32(at) !== SIGNATURE.central) throw malformedZip("its directory is broken");
  const flags = fields.u16(at + 8);
  const nameLength = fields.u16(at + 28);
  const nameBytes = fields.slice(at + RECORD_BYTES.central, nameLength);
  const name = decodeName(nameBytes, (flags & UTF8_NAME) !== 0);
  const label = JSON.stringify(name);
  if ((flags & UNREADABLE_FLAGS) !== 0)
    throw new NpyFormatError("unsupported", `npz member ${label} is encrypted or patched`);
  const method = readMethod(fields.u16(at + 10), label);
  const sizes = readSizes(fields, at);
  if (method === "stored" && sizes.plainBytes !== sizes.packedBytes)
    throw malformedZip(`stored member ${label} has two sizes`);
  if (sizes.plainBytes > sizes.packedBytes * DEFLATE_MAX_RATIO)
    throw malformedZip(`member ${label} cannot unpack to its stated size`);
  return { nameBytes, name, method, crc32: fields.u32(at + 16), ...sizes };
}

function readMethod(method: number, label: string): "stored" | "deflated" {
  if (method === METHOD.stored) return "stored";
  if (method === METHOD.deflated) return "deflated";
  throw new NpyFormatError(
    "unsupported",
    `npz member ${label} uses compression method ${method}; read are stored and deflated`,
  );
}

/** Sizes and place of a member; those that do not fit in 32 bits follow each other in the zip64 extra field. */
function readSizes(
  fields: ZipFields,
  at: number,
): Pick<DirectoryEntry, "plainBytes" | "packedBytes" | "localAt"> {
  const [packedBytes, plainBytes, localAt] = [
    fields.u32(at + 20),
    fields.u32(at + 24),
    fields.u32(at + 42),
  ];
  if (fields.u16(at + 34) !== 0) throw malformedZip("it is one disk of several");
  if (![packedBytes, plainBytes, localAt].includes(IN_ZIP64.u32))
    return { plainBytes, packedBytes, localAt };
  let wide = findZip64(fields, at);
  const widen = (value: number): number => {
    if (value !== IN_ZIP64.u32) return value;
    if (wide.at + 8 > wide.end) throw malformedZip("a zip64 field is cut");
    wide = { ...wide, at: wide.at + 8 };
    return fields.u64(wide.at - 8);
  };
  // In the order of the format, which is that of evaluation: plain size, packed size, place.
  return {
    plainBytes: widen(plainBytes),
    packedBytes: widen(packedBytes),
    localAt: widen(localAt),
  };
}

function findZip64(fields: ZipFields, entryAt: number): Readonly<{ at: number; end: number }> {
  let at = entryAt + RECORD_BYTES.central + fields.u16(entryAt + 28);
  const extraEnd = at + fields.u16(entryAt + 30);
  while (at + 4 <= extraEnd) {
    const end = at + 4 + fields.u16(at + 2);
    if (end > extraEnd) break;
    if (fields.u16(at) === ZIP64_EXTRA) return { at: at + 4, end };
    at = end;
  }
  throw malformedZip("a zip64 field is missing");
}

function decodeName(bytes: Uint8Array, utf8: boolean): string {
  if (!utf8 && bytes.some((byte) => byte > 0x7f)) {
    throw new NpyFormatError(
      "unsupported",
      "an npz member's name is neither ASCII nor marked as UTF-8",
    );
  }
  try {
    const name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!name.includes("\0")) return name;
  } catch (cause) {
    throw new NpyFormatError("malformed", "an npz member's name is not UTF-8", { cause });
  }
  throw malformedZip("a member's name holds a NUL");
}

function locate(
  fields: ZipFields,
  entries: readonly DirectoryEntry[],
  directoryAt: number,
): readonly ZipMember[] {
  let free = 0;
  return entries
    .toSorted((one, other) => one.localAt - other.localAt)
    .map((entry) => {
      const label = JSON.stringify(entry.name);
      if (entry.localAt < free) throw malformedZip(`member ${label} overlaps another`);
      const bodyAt = readLocalHeader(fields, entry, label);
      free = bodyAt + entry.packedBytes;
      if (free > directoryAt) throw malformedZip(`member ${label} reaches into the directory`);
      const { name, method, crc32, plainBytes } = entry;
      return { name, method, crc32, plainBytes, body: fields.slice(bodyAt, entry.packedBytes) };
    });
}

/** Where the member's bytes start. numpy writes zip64 sizes here always, or none yet when it cannot seek: they are not read. */
function readLocalHeader(
  fields: ZipFields,
  { localAt, nameBytes, method }: DirectoryEntry,
  label: string,
): number {
  if (fields.u32(localAt) !== SIGNATURE.local) throw malformedZip(`member ${label} has no header`);
  const nameLength = fields.u16(localAt + 26);
  const name = fields.slice(localAt + RECORD_BYTES.local, nameLength);
  if (fields.u16(localAt + 8) !== METHOD[method] || Buffer.compare(name, nameBytes) !== 0) {
    throw malformedZip(`member ${label} is another one by its own header`);
  }
  return localAt + RECORD_BYTES.local + nameLength + fields.u16(localAt + 28);
}
