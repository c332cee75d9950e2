import * as fc from "fast-check";

import {
  dtypeLayouts,
  elementCount,
  isDType,
  type DType,
  type NdArray,
} from "../../src/codec/nd-array.ts";

/** Every supported element type. */
export const dtypes: readonly DType[] = Object.keys(dtypeLayouts).filter((name) => isDType(name));

/** An array of this dtype whose bytes count up from `seed`, so that every element differs from its neighbours; bools alternate. */
export function countingArray(dtype: DType, shape: readonly number[], seed = 1): NdArray {
  const { itemBytes, view } = dtypeLayouts[dtype];
  const count = elementCount(shape) ?? 0;
  const bytes = Uint8Array.from({ length: count * itemBytes }, (_, index) => {
    const value = (seed + index * 37) % 251;
    return dtype === "bool" ? value % 2 : value;
  });
  return view(shape, bytes.buffer, 0, count);
}

/** Any bits in any shape of up to five axes, empty and zero-dimensional ones included. */
export const ndArrays: fc.Arbitrary<NdArray> = fc
  .record({
    dtype: fc.constantFrom(...dtypes),
    shape: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }),
    bytes: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  })
  .map(({ dtype, shape, bytes }) => {
    const { itemBytes, view } = dtypeLayouts[dtype];
    const count = elementCount(shape) ?? 0;
    const all = Uint8Array.from({ length: count * itemBytes }, (_, index) => {
      const byte = ((bytes[index % 64] ?? 0) + Math.floor(index / 64)) % 256;
      return dtype === "bool" ? byte % 2 : byte;
    });
    return view(shape, all.buffer, 0, count);
  });

/** Names that zip and numpy can hold: unicode, slashes, dots, empty; never one that is another plus `.npy`. */
const arrayNames: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom(
      "__proto__",
      "constructor",
      "a/b/ü",
      "",
      ".",
      "..",
      "\u{feff}bom",
      "0",
      "10",
      "Ä/日本/🎬",
    ),
  )
  .filter((name) => !name.includes("\0") && !name.endsWith(".npy"));

/** Up to six named arrays. */
export const namedArrays: fc.Arbitrary<Record<string, NdArray>> = fc
  .uniqueArray(fc.tuple(arrayNames, ndArrays), { maxLength: 6, selector: ([name]) => name })
  .map((entries) => Object.fromEntries(entries));

/** An array in comparable form, elements as bytes: NaN payloads and signed zeros count. */
export function bits({
  dtype,
  shape,
  data,
}: NdArray): Readonly<{ dtype: DType; shape: readonly number[]; elements: string; hex: string }> {
  const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
  return { dtype, shape, elements: data[Symbol.toStringTag], hex };
}

/** Several arrays in comparable form, names in order. */
export function allBits(arrays: Readonly<Record<string, NdArray>>): readonly unknown[] {
  return Object.entries(arrays)
    .map(([name, array]) => ({ name, ...bits(array) }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
