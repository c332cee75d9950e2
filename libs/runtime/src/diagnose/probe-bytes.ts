import type { Bytes } from "@cogniverse/sdk";

/** Bytes that tell where they are from: no two seeds share a long run, no two neighbours are equal. */
export function probeBytes(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + seed * 97 + 1) & 255;
  return bytes;
}

/** Whether two arrays hold the same bytes. */
export function sameBytes(a: Bytes, b: Bytes): boolean {
  return Buffer.compare(a, b) === 0;
}
