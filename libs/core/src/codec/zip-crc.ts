import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";

/** About 4 ms of work between two turns of the event loop. */
const SLICE_BYTES = 16 * 1024 * 1024;

/** CRC-32 as zip uses it. Large inputs let the event loop turn every 16 MiB. */
export async function crc32Of(bytes: Uint8Array): Promise<number> {
  let crc = 0;
  for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) {
    if (at > 0) await setImmediate();
    crc = crc32(bytes.subarray(at, at + SLICE_BYTES), crc);
  }
  return crc;
}
