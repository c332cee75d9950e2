import { promisify } from "node:util";
import {
  constants,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,
} from "node:zlib";
import { CacheError, type Bytes } from "@cogniverse/sdk";

/** Above this many bytes the work goes to the thread pool, so that the event loop is held for tens of microseconds at most. */
const ASYNC_ABOVE_BYTES = 64 * 1024;
/** Kept only where it saves at least an eighth: less does not pay for decompressing on each read. */
const WORTH = 7 / 8;

const compressAsync = promisify(zstdCompress);
const decompressAsync = promisify(zstdDecompress);
// Level 1 is as small as gzip 6 on float32 and 18 times as fast (`npm run bench -- --only codec`).
const COMPRESS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** The name in `metadata.encodings`, which is also the HTTP content coding. */
export const ZSTD = "zstd";

/** `data` compressed, or `undefined` where that would save less than an eighth. */
export async function compress(data: Bytes): Promise<Bytes | undefined> {
  const small =
    data.byteLength <= ASYNC_ABOVE_BYTES
      ? zstdCompressSync(data, COMPRESS)
      : await compressAsync(data, COMPRESS);
  return small.byteLength <= data.byteLength * WORTH ? ownBytes(small) : undefined;
}

/** The inverse. `decodedBytes` is what the metadata claims: output beyond it is refused before it is made. Throws `undecodable`. */
export async function decompress(data: Bytes, decodedBytes: number): Promise<Bytes> {
  const limit = { maxOutputLength: Math.max(decodedBytes, 1) };
  try {
    const raw =
      decodedBytes <= ASYNC_ABOVE_BYTES
        ? zstdDecompressSync(data, limit)
        : await decompressAsync(data, limit);
    if (raw.byteLength === decodedBytes) return ownBytes(raw);
  } catch (cause) {
    throw new CacheError(
      "undecodable",
      "Stored bytes are no zstd frame of the size that their metadata names",
      { cause },
    );
  }
  throw new CacheError(
    "undecodable",
    `Stored bytes do not decompress to the ${decodedBytes} bytes that their metadata names`,
  );
}

/** Plain bytes for users: a Buffer is a Uint8Array with other methods. */
function ownBytes(buffer: Buffer): Bytes {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
