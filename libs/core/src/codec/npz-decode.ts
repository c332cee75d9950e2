import type { Bytes } from "@cogniverse/sdk";

import type { NdArray } from "./nd-array.ts";
import { decodeNpy } from "./npy-decode.ts";
import { NpyFormatError } from "./npy-error.ts";
import { crc32Of } from "./zip-crc.ts";
import { inflateExactly } from "./zip-deflate.ts";
import { malformedZip } from "./zip-fields.ts";
import { readZip, type ZipMember } from "./zip-reader.ts";

/**
 * Reads an npz file: stored and deflated members, zip64 or not. Keys are the members' names without `.npy`. Checksums are
 * verified; deflated members unpack on the thread pool. A stored member whose elements `decodeNpy` can view stays a view
 * over `data`, so that one array keeps the whole file in memory. Throws NpyFormatError, before it allocates, for sizes
 * that the file cannot hold or that exceed `maxInflatedBytes`.
 */
export async function decodeNpz(
  data: Bytes,
  options: Readonly<{ maxInflatedBytes: number }>,
): Promise<Readonly<Record<string, NdArray>>> {
  const members = byArrayName(readZip(data));
  const inflatedBytes = members.reduce(
    (sum, [, { method, plainBytes }]) => sum + (method === "deflated" ? plainBytes : 0),
    0,
  );
  if (inflatedBytes > options.maxInflatedBytes) {
    throw new NpyFormatError(
      "limit",
      `npz would unpack to ${inflatedBytes} bytes, the limit is ${options.maxInflatedBytes}`,
    );
  }
  const arrays = await Promise.all(
    members.map(async ([name, member]) => [name, await decodeMember(member)] as const),
  );
  // Unlike assignment, fromEntries makes `__proto__` a name like any other.
  return Object.fromEntries(arrays);
}

async function decodeMember({
  name,
  method,
  crc32,
  plainBytes,
  body,
}: ZipMember): Promise<NdArray> {
  const plain = method === "stored" ? body : await inflateExactly(body, plainBytes);
  if ((await crc32Of(plain)) !== crc32)
    throw new NpyFormatError("checksum", `npz member ${JSON.stringify(name)} has a wrong CRC-32`);
  return decodeNpy(plain);
}

function byArrayName(members: readonly ZipMember[]): readonly (readonly [string, ZipMember])[] {
  const names = new Set<string>();
  return members.map((member) => {
    const name = member.name.endsWith(".npy") ? member.name.slice(0, -".npy".length) : member.name;
    if (names.has(name)) throw malformedZip(`two members are called ${JSON.stringify(name)}`);
    names.add(name);
    return [name, member];
  });
}
