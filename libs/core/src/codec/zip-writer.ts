import { crc32Of } from "./zip-crc.ts";
import { zipEndBytes } from "./zip-end.ts";
import {
  centralHeaderBytes,
  localHeaderBytes,
  localHeaderLength,
  type MemberHeader,
} from "./zip-member-headers.ts";

/** A member to write: `parts` follow each other as its body. Stored ones bring no checksum: it is taken from the written copy. */
export type ZipContent = Readonly<{ name: string; parts: readonly Uint8Array[] }> &
  Readonly<{ method: "stored" } | { method: "deflated"; plainBytes: number; crc32: number }>;

type Placed = Readonly<{
  content: ZipContent;
  header: Omit<MemberHeader, "crc32">;
  bodyAt: number;
}>;

/**
 * One zip file in new memory, the same for the same members. Bodies of stored members start at multiples of `alignment`.
 * Every part is copied before this function first waits, so that the caller may change it once the call returned.
 */
export async function writeZip(
  contents: readonly ZipContent[],
  alignment: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { placed, directoryAt, totalBytes } = place(contents, alignment);
  const file = new Uint8Array(totalBytes);
  for (const { content, bodyAt } of placed) copyParts(file, content.parts, bodyAt);
  let at = directoryAt;
  for (const { content, header, bodyAt } of placed) {
    const crc32 =
      content.method === "deflated"
        ? content.crc32
        : await crc32Of(file.subarray(bodyAt, bodyAt + header.packedBytes));
    const { localAt } = header;
    file.set(localHeaderBytes({ ...header, crc32 }, bodyAt - localAt, alignment), localAt);
    const central = centralHeaderBytes({ ...header, crc32 });
    file.set(central, at);
    at += central.byteLength;
  }
  file.set(zipEndBytes({ members: placed.length, directoryAt, directoryEnd: at }), at);
  return file;
}

function place(
  contents: readonly ZipContent[],
  alignment: number,
): Readonly<{ placed: readonly Placed[]; directoryAt: number; totalBytes: number }> {
  const placed: Placed[] = [];
  let localAt = 0;
  let directoryBytes = 0;
  for (const content of contents) {
    const packedBytes = content.parts.reduce((sum, part) => sum + part.byteLength, 0);
    const plainBytes = content.method === "deflated" ? content.plainBytes : packedBytes;
    const nameBytes = new TextEncoder().encode(content.name);
    const header = { nameBytes, method: content.method, plainBytes, packedBytes, localAt };
    const bodyAt =
      localAt + localHeaderLength(header, content.method === "stored" ? alignment : undefined);
    placed.push({ content, header, bodyAt });
    directoryBytes += centralHeaderBytes({ ...header, crc32: 0 }).byteLength;
    localAt = bodyAt + packedBytes;
  }
  const directoryEnd = localAt + directoryBytes;
  const endBytes = zipEndBytes({
    members: placed.length,
    directoryAt: localAt,
    directoryEnd,
  }).byteLength;
  return { placed, directoryAt: localAt, totalBytes: directoryEnd + endBytes };
}

function copyParts(file: Uint8Array, parts: readonly Uint8Array[], start: number): void {
  let at = start;
  for (const part of parts) {
    file.set(part, at);
    at += part.byteLength;
  }
}
