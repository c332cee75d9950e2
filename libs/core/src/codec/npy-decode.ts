import type { Bytes } from "@cogniverse/sdk";

import { dtypeLayouts, elementCount, type NdArray } from "./nd-array.ts";
import { NpyFormatError } from "./npy-error.ts";
import { parseNpyHeader, type NpyHeader } from "./npy-header.ts";
import { fortranToC, HOST_BYTE_ORDER, swapByteOrder } from "./npy-order.ts";

/**
 * Reads one npy file: versions 1-3, both byte orders, C and Fortran order, any shape; the result is always in C order and
 * in this machine's byte order. Where the file already is, and its elements lie aligned in memory, the result is a view over
 * `data`; otherwise it is a copy. The file must end with its elements. Throws NpyFormatError.
 */
export function decodeNpy(data: Bytes): NdArray {
  const header = parseNpyHeader(data);
  const { itemBytes, view } = dtypeLayouts[header.dtype];
  const count = elementCount(header.shape);
  const presentBytes = data.byteLength - header.dataOffset;
  if (count === undefined || count * itemBytes !== presentBytes) {
    const shape = `(${header.shape.slice(0, 8).join(", ")}) of ${header.dtype}`;
    throw new NpyFormatError("malformed", `npy header says ${shape}, ${presentBytes} bytes follow`);
  }
  const elements = ownable(data, header, itemBytes);
  return view(header.shape, elements.buffer, elements.byteOffset, count);
}

/** The elements' bytes, C order, host byte order, aligned: those of the input if they are so already. */
function ownable(
  data: Bytes,
  header: NpyHeader,
  itemBytes: 1 | 2 | 4 | 8,
): Uint8Array<ArrayBuffer> {
  const elements = data.subarray(header.dataOffset);
  const swapped = itemBytes > 1 && header.byteOrder !== HOST_BYTE_ORDER;
  const transposed = header.fortranOrder && header.shape.length > 1;
  const blurred = header.dtype === "bool" && !allFlags(elements);
  const aligned = elements.byteOffset % itemBytes === 0;
  if (aligned && !swapped && !transposed && !blurred && inArrayBuffer(elements)) return elements;
  let copy = new Uint8Array(elements);
  if (swapped) swapByteOrder(copy, itemBytes);
  if (transposed) copy = fortranToC(copy, itemBytes, header.shape);
  // numpy takes any other byte for true; whoever reads the array here may compare with 1.
  if (blurred) copy = copy.map((flag) => (flag === 0 ? 0 : 1));
  return copy;
}

function allFlags(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 1) return false;
  return true;
}

/** By tag: right across realms. Views over memory shared between threads are copied, since others may write to it. */
function inArrayBuffer(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer[Symbol.toStringTag] === "ArrayBuffer";
}
