/** Bytes that do not compress, other ones for each seed. `length`: a multiple of 4. */
export function noise(length: number, seed: number): Uint8Array {
  const words = new Uint32Array(length / 4);
  let state = seed + 1;
  for (let at = 0; at < words.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = state ^ (state >>> 15);
  }
  return new Uint8Array(words.buffer);
}
