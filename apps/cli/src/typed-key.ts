import { npyCodec, npzCodec } from "@cogniverse/core";
import type { Cacheable, Key } from "@cogniverse/sdk";
import { encodeKey } from "@cogniverse/sdk/keys";
import type { ValueType } from "./value-form.ts";

/** A key under which arrays can be stored whatever its family; where the value itself says what it is, the text is enough. Throws `invalid_key`. */
export function typedKey(text: string, type: ValueType): string | Key<Cacheable> {
  if (type !== "npz" && type !== "npy") return text;
  const path = encodeKey(text);
  const family = /^[^/@]*/.exec(path)?.[0] ?? "";
  const codec = type === "npz" ? npzCodec : npyCodec;
  return { path, family, codec, immutable: false };
}
