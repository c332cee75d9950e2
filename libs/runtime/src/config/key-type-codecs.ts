import { bytesCodec, jpgCodec, jsonCodec, npyCodec, npzCodec } from "@cogniverse/core";
import type { Codec } from "@cogniverse/sdk";
import type { KeyTypeConfig } from "./cache-config.ts";

/** Codecs by what YAML calls them. */
export const CODECS: Readonly<Record<KeyTypeConfig["codec"], Codec<unknown>>> = {
  json: jsonCodec(),
  bytes: bytesCodec,
  npy: npyCodec,
  npz: npzCodec,
  jpg: jpgCodec,
};
