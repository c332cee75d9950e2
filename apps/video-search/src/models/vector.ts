/** The same direction with length 1, as a new array; a vector of zeros stays one. */
export function normalise(vector: Float32Array): Float32Array<ArrayBuffer> {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(vector, (value) => (length === 0 ? 0 : value / length));
}

/**
 * The dot product: the cosine, for vectors of length 1.
 *
 * @throws RangeError for different lengths: vectors of two models have no angle.
 */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} dimensions`);
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** A vector and how much it counts. */
export type Weighted = Readonly<{ vector: Float32Array; weight: number }>;

/** The direction of the weighted sum, length 1; `undefined` for none. */
export function weightedDirection(parts: readonly Weighted[]): Float32Array | undefined {
  const first = parts[0];
  if (first === undefined) return undefined;
  const sum = new Float32Array(first.vector.length);
  for (const { vector, weight } of parts) {
    for (let index = 0; index < sum.length; index++) {
      sum[index] = (sum[index] ?? 0) + weight * (vector[index] ?? 0);
    }
  }
  return normalise(sum);
}
