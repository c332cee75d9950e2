/** IEEE 754 half floats, little-endian, as Node 22 has no Float16Array. */
export function decodeHalfFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = exponentTable();
  const values = new Float32Array(Math.floor(bytes.byteLength / 2));
  for (let index = 0; index < values.length; index++) {
    const bits = view.getUint16(index * 2, true);
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    const sign = bits & 0x8000 ? -1 : 1;
    values[index] = sign * magnitude(exponent, fraction, table[exponent] ?? 0);
  }
  return values;
}

function magnitude(exponent: number, fraction: number, scale: number): number {
  if (exponent === 0) return fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  return (1 + fraction / 1024) * scale;
}

function exponentTable(): readonly number[] {
  return Array.from({ length: 32 }, (_, exponent) => 2 ** (exponent - 15));
}
