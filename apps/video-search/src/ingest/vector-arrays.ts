import type { NdArrays } from "@cogniverse/core";

/** Rows of equal length as one float32 matrix called `vectors`. */
export function vectorArrays(rows: readonly Float32Array[], dimensions: number): NdArrays {
  const data = new Float32Array(rows.length * dimensions);
  for (const [i, row] of rows.entries()) data.set(row, i * dimensions);
  return { vectors: { dtype: "f4", shape: [rows.length, dimensions], data } };
}

/** Every row; views, not to be written to. Throws RangeError where `vectors` is no float32 matrix. */
export function vectorsOf(arrays: NdArrays): readonly Float32Array[] {
  const { vectors } = { vectors: arrays["vectors"] };
  const [count, width] = vectors?.shape ?? [];
  if (vectors?.dtype !== "f4" || count === undefined || width === undefined)
    throw new RangeError("no float32 matrix called vectors");
  const { data } = vectors;
  return Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width));
}

/** One row. Throws RangeError where there is none. */
export function vectorOf(arrays: NdArrays, row: number): Float32Array {
  const found = vectorsOf(arrays)[row];
  if (found === undefined) throw new RangeError(`the matrix has no row ${row}`);
  return found;
}
