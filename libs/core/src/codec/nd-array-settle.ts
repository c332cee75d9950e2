import type { Bytes } from "@cogniverse/sdk";

import type { NdArray } from "./nd-array.ts";

/** Memory of encoded bytes: whoever keeps those counts it already. */
const encodedMemory = new WeakSet<ArrayBufferLike>();

/** Remembers these bytes as counted, so that arrays that are views over them take nothing more. */
export function noteEncoded(data: Bytes): void {
  encodedMemory.add(data.buffer);
}

/** Freezes dtype and shape. Elements stay writable, since JavaScript cannot freeze them: whoever shares an array must not write to it. */
export function settleNdArray(array: NdArray): void {
  Object.freeze(array.shape);
  Object.freeze(array);
}

/** Bytes that these arrays keep in memory beside the encoded bytes they may be views over; memory they share counts once. */
export function besideEncoded(arrays: readonly NdArray[]): number {
  const buffers = new Set(arrays.map(({ data }) => data.buffer));
  return [...buffers].reduce(
    (sum, buffer) => sum + (encodedMemory.has(buffer) ? 0 : buffer.byteLength),
    0,
  );
}
