import { assertNdArray, dtypeLayouts, type NdArray } from "./nd-array.ts";
import { npyHeaderBytes } from "./npy-header.ts";
import { HOST_BYTE_ORDER, swapByteOrder } from "./npy-order.ts";

/**
 * An array as an npy file in two parts, nothing copied: the header, a multiple of 64 bytes long, and the elements, which on
 * a little-endian machine are the array's own memory. `name` appears in errors. Throws CacheError `invalid_value`.
 */
export function npyParts(
  value: NdArray,
  name: string,
): readonly [header: Uint8Array, elements: Uint8Array] {
  assertNdArray(value, name);
  const { data } = value;
  const elements = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (HOST_BYTE_ORDER === "little") return [npyHeaderBytes(value), elements];
  const swapped = new Uint8Array(elements);
  swapByteOrder(swapped, dtypeLayouts[value.dtype].itemBytes);
  return [npyHeaderBytes(value), swapped];
}

/** An array as one npy file in new memory, byte for byte what `numpy.save` writes. Throws CacheError `invalid_value`. */
export function encodeNpy(value: NdArray, name = "array"): Uint8Array<ArrayBuffer> {
  const [header, elements] = npyParts(value, name);
  const file = new Uint8Array(header.byteLength + elements.byteLength);
  file.set(header);
  file.set(elements, header.byteLength);
  return file;
}
