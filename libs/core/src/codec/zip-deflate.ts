import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";

import { malformedZip } from "./zip-fields.ts";

const inflate = promisify(inflateRaw);
const deflate = promisify(deflateRaw);
/** Each step is a trip to the thread pool and back, and steps are joined by copying: few are enough for all but giants. */
const MAX_STEP_BYTES = 64 * 1024 * 1024;
const PACK_STEP_BYTES = 1024 * 1024;
const MIN_STEP_BYTES = 64;

/**
 * Unpacks a raw deflate stream on the thread pool, into memory of its own. Never holds more than `plainBytes`, which the
 * caller has checked against the length of `packed`; a stream that unpacks to anything else throws NpyFormatError `malformed`.
 */
export async function inflateExactly(
  packed: Uint8Array,
  plainBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // One byte beyond: a stream that fills its buffer makes zlib ask for another.
  const chunkSize = Math.min(Math.max(plainBytes + 1, MIN_STEP_BYTES), MAX_STEP_BYTES);
  const problem = "a deflated member does not unpack to its stated size";
  const maxOutputLength = Math.max(plainBytes, 1);
  const plain = await inflate(packed, { chunkSize, maxOutputLength }).catch((cause: unknown) => {
    throw malformedZip(problem, cause);
  });
  if (plain.byteLength !== plainBytes) throw malformedZip(problem);
  // Small buffers come from a pool: views over them would keep and expose their neighbours.
  return plain.buffer.byteLength <= plainBytes + 1 ? plain : new Uint8Array(plain);
}

/** Packs on the thread pool at zlib's default level 6, as `savez_compressed` does. The same zlib gives the same bytes. */
export async function deflateWhole(plain: Uint8Array): Promise<Uint8Array> {
  const chunkSize = Math.min(Math.max(plain.byteLength, MIN_STEP_BYTES), PACK_STEP_BYTES);
  return deflate(plain, { chunkSize });
}
