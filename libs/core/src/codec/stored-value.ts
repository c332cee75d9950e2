import { CacheError, type Bytes, type Codec, type Entry } from "@cogniverse/sdk";
import { compress, decompress, ZSTD } from "./compression.ts";
import { checksum } from "./checksum.ts";
import { contentDigest } from "./digest.ts";

/** A value in the form in which tiers store it. */
export interface EncodedValue {
  readonly data: Bytes;
  readonly encodings: readonly string[];
  readonly decodedBytes: number;
  readonly checksum: string;
  readonly digest: string;
}

/** Encodes once for all tiers. Throws what the codec throws (`invalid_value`). */
export async function encodeValue<T>(
  value: T,
  codec: Codec<T>,
  compressAboveBytes: number | false,
): Promise<EncodedValue> {
  const plain = await codec.encode(value);
  const digest = await contentDigest(plain);
  const pays =
    codec.compress === "auto" &&
    compressAboveBytes !== false &&
    plain.byteLength >= compressAboveBytes;
  const compressed = pays ? await compress(plain) : undefined;
  const data = compressed ?? plain;
  const encodings = compressed === undefined ? [] : [ZSTD];
  return { data, encodings, decodedBytes: plain.byteLength, checksum: checksum(data), digest };
}

/** The value of an entry whose checksum fits. Throws `undecodable`. */
export async function decodeValue<T>(entry: Entry, codec: Codec<T>): Promise<T> {
  const { metadata } = entry;
  if (metadata.codec !== codec.id) {
    throw new CacheError(
      "undecodable",
      `The entry was stored by the codec "${metadata.codec}", the key's is "${codec.id}"`,
    );
  }
  let data = entry.data;
  for (const encoding of metadata.encodings.toReversed()) {
    if (encoding !== ZSTD)
      throw new CacheError(
        "undecodable",
        `The entry is encoded as "${encoding}", which is not known here`,
      );
    data = await decompress(data, metadata.decodedBytes);
  }
  return codec.decode(data);
}
