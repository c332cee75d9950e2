import { CacheError } from "@cogniverse/sdk";

import { kindOf, ND_ARRAY_EXAMPLE, type NdArray } from "./nd-array.ts";
import { encodeNpy, npyParts } from "./npy-encode.ts";
import { NPY_ALIGNMENT } from "./npy-header.ts";
import { crc32Of } from "./zip-crc.ts";
import { deflateWhole } from "./zip-deflate.ts";
import { writeZip, type ZipContent } from "./zip-writer.ts";

const MAX_NAME_BYTES = 0xffff;

/**
 * Arrays as a file that `numpy.load` reads: members sorted by name, dates fixed, so that the same arrays give the same
 * bytes (deflated ones: by the same zlib). Elements of stored members start at multiples of 64 bytes of the file. Arrays are
 * copied before the call returns. Rejects with CacheError `invalid_value` for arrays or names that numpy could not tell
 * apart or read, and `too_large` for what the same limit would refuse when reading.
 */
export async function encodeNpz(
  arrays: Readonly<Record<string, NdArray>>,
  options: Readonly<{ compression: "stored" | "deflated"; maxInflatedBytes: number }>,
): Promise<Uint8Array<ArrayBuffer>> {
  assertArrays(arrays);
  const sorted = Object.entries(arrays).toSorted(([one], [other]) => (one < other ? -1 : 1));
  assertNames(new Set(sorted.map(([name]) => name)));
  const contents =
    options.compression === "stored"
      ? sorted.map(storedMember)
      : await deflatedMembers(sorted, options.maxInflatedBytes);
  return writeZip(contents, NPY_ALIGNMENT);
}

type Named = readonly [name: string, array: NdArray];

function storedMember([name, array]: Named): ZipContent {
  return { name: `${name}.npy`, method: "stored", parts: npyParts(array, label(name)) };
}

async function deflatedMembers(
  arrays: readonly Named[],
  maxInflatedBytes: number,
): Promise<readonly ZipContent[]> {
  // All copies are made before the first wait.
  const files = arrays.map(([name, array]) => ({
    name: `${name}.npy`,
    plain: encodeNpy(array, label(name)),
  }));
  const totalBytes = files.reduce((sum, { plain }) => sum + plain.byteLength, 0);
  if (totalBytes > maxInflatedBytes) {
    throw new CacheError(
      "too_large",
      `arrays of ${totalBytes} bytes are above the limit of ${maxInflatedBytes} for deflated npz`,
    );
  }
  return Promise.all(
    files.map(async ({ name, plain }) => {
      const [packed, crc32] = await Promise.all([deflateWhole(plain), crc32Of(plain)]);
      return {
        name,
        method: "deflated",
        parts: [packed],
        plainBytes: plain.byteLength,
        crc32,
      } as const;
    }),
  );
}

/** Callers without types, such as JavaScript, can give anything. */
function assertArrays(arrays: unknown): void {
  if (typeof arrays === "object" && arrays !== null && !Array.isArray(arrays)) {
    if (!ArrayBuffer.isView(arrays) && !("dtype" in arrays && "data" in arrays)) return;
  }
  throw new CacheError(
    "invalid_value",
    `an npz file holds arrays by name, such as { vectors: ${ND_ARRAY_EXAMPLE} }, got ${kindOf(arrays)}`,
  );
}

function assertNames(names: ReadonlySet<string>): void {
  for (const name of names) {
    const refuse = (problem: string): never => {
      throw new CacheError("invalid_value", `${label(name)} ${problem}`);
    };
    if (!name.isWellFormed()) refuse("has a lone surrogate in its name");
    if (name.includes("\0")) refuse("has a NUL in its name, where zip readers cut it");
    if (Buffer.byteLength(name) + ".npy".length > MAX_NAME_BYTES)
      refuse("has a name of more than 65,531 bytes");
    if (names.has(`${name}.npy`))
      refuse(`and ${label(`${name}.npy`)} are one to numpy, which looks up either name`);
  }
}

function label(name: string): string {
  return `array ${JSON.stringify(name.slice(0, 80))}`;
}
