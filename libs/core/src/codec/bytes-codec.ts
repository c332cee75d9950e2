import { CacheError, type Bytes, type Codec } from "@cogniverse/sdk";

function binary(id: string, contentType: string, compress: "auto" | "never"): Codec<Bytes> {
  return {
    id,
    contentType,
    compress,
    encode(value) {
      if (value instanceof Uint8Array) return value;
      throw new CacheError(
        "invalid_value",
        `The codec "${id}" stores a Uint8Array, got ${typeof value}`,
      );
    },
    decode: (data) => data,
  };
}

/** Bytes as they are, compressed where it pays. The array is shared: nobody writes to it after it was given or returned. */
export const bytesCodec: Codec<Bytes> = binary("bytes", "application/octet-stream", "auto");

/** A JPEG file, stored as it is so that any viewer opens it. */
export const jpgCodec: Codec<Bytes> = binary("jpg", "image/jpeg", "never");
