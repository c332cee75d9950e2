import type { Codec } from "@cogniverse/sdk";

import type { NdArray } from "./nd-array.ts";
import { besideEncoded, noteEncoded, settleNdArray } from "./nd-array-settle.ts";
import { decodeNpy } from "./npy-decode.ts";
import { encodeNpy } from "./npy-encode.ts";

/** One array as a file that `numpy.load` reads, with `mmap_mode` too. `decodeNpy` and `encodeNpy` tell what is read and written. */
export const npyCodec: Codec<NdArray> = {
  id: "npy",
  contentType: "application/x-npy",
  compress: "never",
  encode: (value) => encodeNpy(value),
  decode: (data) => {
    noteEncoded(data);
    return decodeNpy(data);
  },
  settle: (value) => {
    settleNdArray(value);
    return besideEncoded([value]);
  },
};
