import type { Codec, Options } from "@cogniverse/sdk";

import type { NdArray } from "./nd-array.ts";
import { besideEncoded, noteEncoded, settleNdArray } from "./nd-array-settle.ts";
import { decodeNpz } from "./npz-decode.ts";
import { encodeNpz } from "./npz-encode.ts";

/** Arrays by name, as `numpy.savez(file, **arrays)` takes them. The order of names does not matter. */
export type NdArrays = Readonly<Record<string, NdArray>>;

/** Options of {@link createNpzCodec}. */
export type NpzOptions = Options<{
  /** How members are written; both forms are always read. Only stored ones decode without a copy. Default "stored". */
  compression: "stored" | "deflated";
  /** Most bytes that the deflated members of one file may unpack to, in sum, writing and reading. Default 1 GiB. */
  maxInflatedBytes: number;
}>;

/** A codec for files that `numpy.load` reads. `encodeNpz` and `decodeNpz` tell what is read and written. */
export function createNpzCodec(options: NpzOptions = {}): Codec<NdArrays> {
  const { compression = "stored", maxInflatedBytes = 2 ** 30 } = options;
  return {
    id: "npz",
    contentType: "application/x-npz",
    compress: "never",
    encode: (value) => encodeNpz(value, { compression, maxInflatedBytes }),
    decode: (data) => {
      noteEncoded(data);
      return decodeNpz(data, { maxInflatedBytes });
    },
    settle: (value) => {
      const arrays = Object.values(Object.freeze(value));
      arrays.forEach(settleNdArray);
      return besideEncoded(arrays);
    },
  };
}

/** Named arrays, stored: decoding costs one CRC-32 of the bytes and copies none of them. */
export const npzCodec: Codec<NdArrays> = createNpzCodec();
