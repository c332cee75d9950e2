/** Byte order of this machine's typed arrays. */
export const HOST_BYTE_ORDER: "little" | "big" =
  new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";

/** Reverses the bytes of every element in place. `bytes` holds whole elements. */
export function swapByteOrder(bytes: Uint8Array<ArrayBuffer>, itemBytes: 1 | 2 | 4 | 8): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (itemBytes === 2) buffer.swap16();
  if (itemBytes === 4) buffer.swap32();
  if (itemBytes === 8) buffer.swap64();
}

/**
 * Elements in Fortran order (the first axis varies fastest) as a new array in C order. `bytes` starts at a multiple of
 * `itemBytes` in its buffer. Works on integers, so that no NaN loses its payload on the way.
 */
export function fortranToC(
  bytes: Uint8Array<ArrayBuffer>,
  itemBytes: 1 | 2 | 4 | 8,
  shape: readonly number[],
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.byteLength);
  if (itemBytes === 1) reorder(bytes, result, shape, 1);
  else if (itemBytes === 2) reorder(words16(bytes), words16(result), shape, 1);
  else reorder(words32(bytes), words32(result), shape, itemBytes / 4);
  return result;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** Walks the result in C order, the last axis as the inner loop; `words` machine words make one element. */
function reorder(from: Words, to: Words, shape: readonly number[], words: number): void {
  const strides = fortranStrides(shape, words);
  const inner = shape.at(-1) ?? 1;
  const innerStride = strides.at(-1) ?? words;
  const outer = shape.slice(0, -1).fill(0);
  let start = 0;
  for (let at = 0; at < to.length;) {
    for (let index = 0, source = start; index < inner; index += 1, source += innerStride) {
      for (let word = 0; word < words; word += 1, at += 1) to[at] = from[source + word] ?? 0;
    }
    start = advance(outer, shape, strides, start);
  }
}

/** Steps the outer axes' counters by one, last axis first, and returns where in the source the next row starts. */
function advance(
  counters: number[],
  shape: readonly number[],
  strides: readonly number[],
  start: number,
): number {
  let next = start;
  for (let axis = counters.length - 1; axis >= 0; axis -= 1) {
    const count = (counters[axis] ?? 0) + 1;
    const stride = strides[axis] ?? 0;
    if (count < (shape[axis] ?? 0)) {
      counters[axis] = count;
      return next + stride;
    }
    counters[axis] = 0;
    next -= stride * (count - 1);
  }
  return next;
}

function fortranStrides(shape: readonly number[], words: number): readonly number[] {
  let stride = words;
  return shape.map((size) => {
    const own = stride;
    stride *= size;
    return own;
  });
}

function words16(bytes: Uint8Array<ArrayBuffer>): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

function words32(bytes: Uint8Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
