const SIGN = 0x8000;
const INFINITE = 0x7c00;
const QUIET_NAN = 0x7e00;
/** Half of the largest half's last place above it: from here on values round to infinity. */
const ROUNDS_TO_INFINITY = 65520;
const SMALLEST_NORMAL = 2 ** -14;
const SMALLEST_SUBNORMAL = 2 ** -24;

/** The number that 16 bits of IEEE 754 binary16 stand for. Exact. */
export function halfToNumber(bits: number): number {
  const sign = (bits & SIGN) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * SMALLEST_SUBNORMAL;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest binary16 bits, ties to even, as numpy's `astype(float16)` rounds; too large becomes infinity, any NaN 0x7e00. */
export function numberToHalf(value: number): number {
  if (Number.isNaN(value)) return QUIET_NAN;
  const sign = value < 0 || Object.is(value, -0) ? SIGN : 0;
  const size = Math.abs(value);
  if (size >= ROUNDS_TO_INFINITY) return sign | INFINITE;
  if (size < SMALLEST_NORMAL) return sign | roundToEven(size / SMALLEST_SUBNORMAL);
  const exponent = exponentOf(size);
  // A fraction that rounds up to 2048 carries into the exponent, which is the right result.
  return sign | (((exponent + 15) << 10) + roundToEven(size / 2 ** (exponent - 10)) - 1024);
}

/** An f2 array's raw bits as numbers, in a new array. */
export function halvesToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(halves, halfToNumber);
}

/** Numbers as the raw bits of an f2 array, in a new array. */
export function numbersToHalves(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, numberToHalf);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** For normal halves only: log2 is never off by more than one step, which the comparison takes back. */
function exponentOf(size: number): number {
  const guess = Math.floor(Math.log2(size));
  if (size < 2 ** guess) return guess - 1;
  return size >= 2 ** (guess + 1) ? guess + 1 : guess;
}
