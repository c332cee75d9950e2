import { CacheError, type Codec, type Key, type KeyType } from "@cogniverse/sdk";
import { encodeKey } from "@cogniverse/sdk/keys";
import { bytesCodec, jpgCodec } from "../codec/bytes-codec.ts";
import { jsonCodec } from "../codec/json-codec.ts";
import { npyCodec } from "../codec/npy-codec.ts";
import { npzCodec } from "../codec/npz-codec.ts";
import * as families from "./families.ts";
import { impliedTags } from "./video-tag.ts";

/** A key as the manager works with it. */
export interface KnownKey {
  readonly path: string;
  readonly family: string;
  /** `undefined`: a string key that fits no key type; its codec goes by what is stored, or by the value. */
  readonly codec: Codec<unknown> | undefined;
  readonly immutable: boolean;
  /** Tags that follow from the key itself; see `impliedTags`. */
  readonly tags: readonly string[];
}

/** What the registry needs of a key type, whatever it makes keys from. */
export type RegisteredKeyType = Pick<
  KeyType<unknown>,
  "template" | "family" | "version" | "codec" | "immutable" | "parse"
>;

const BUILT_IN: readonly RegisteredKeyType[] = Object.values(families);
const CODECS: readonly Codec<unknown>[] = [bytesCodec, jpgCodec, jsonCodec(), npyCodec, npzCodec];

/** Finds what is known of a key: from the key itself, or for a string from the first registered key type that it fits. */
export class KeyRegistry {
  readonly #byFamily = new Map<string, RegisteredKeyType[]>();

  constructor(keyTypes: readonly RegisteredKeyType[] = []) {
    for (const type of [...keyTypes, ...BUILT_IN]) {
      const first = firstOf(type);
      this.#byFamily.set(first, [...(this.#byFamily.get(first) ?? []), type]);
    }
  }

  /** Throws `invalid_key`. */
  resolve(key: Key<unknown> | string): KnownKey {
    if (typeof key !== "string") {
      // From code without types; the string's own check names what was given.
      if (typeof key?.path !== "string") encodeKey(key as never);
      const { path, family, codec, immutable } = key;
      const tags = key.tags ?? impliedTags(familyOf(path).family, path, this.#fit(path).params);
      return { path, family, codec, immutable, tags };
    }
    const path = encodeKey(key);
    const { family } = familyOf(path);
    const { type, params } = this.#fit(path);
    const tags = impliedTags(family, path, params);
    return { path, family, codec: type?.codec, immutable: type?.immutable ?? false, tags };
  }

  /** Whether the path is of a registered key type whose content never changes. */
  isImmutable(path: string): boolean {
    return this.#fit(path).type?.immutable ?? false;
  }

  /** The codec for a stored entry whose key says nothing. Throws `undecodable`. */
  codecById(id: string): Codec<unknown> {
    const codec = CODECS.find((c) => c.id === id);
    if (codec === undefined)
      throw new CacheError(
        "undecodable",
        `No codec "${id}" is known here: read the entry by its key type`,
      );
    return codec;
  }

  /** The codec for a value that is stored under a key which says nothing. */
  codecFor(value: unknown): Codec<unknown> {
    return this.codecById(value instanceof Uint8Array ? "bytes" : "json");
  }

  /** The first type whose template the path fits; one of a version that is not registered here is taken for another version's of the family. */
  #fit(path: string): Fit {
    const { first, family } = familyOf(path);
    const own = this.#byFamily.get(first);
    for (const type of own ?? this.#byFamily.get(family) ?? []) {
      const params = type.parse(own ? path : firstOf(type) + path.slice(first.length));
      if (params !== undefined) return { type: own && type, params };
    }
    return NO_FIT;
  }
}

/** `type`: only where it is of the path's own version. */
type Fit = Readonly<{
  type: RegisteredKeyType | undefined;
  params: Readonly<Record<string, string>>;
}>;

const NO_FIT: Fit = { type: undefined, params: {} };

/** The first segment of a path, and without its version: what policies are found by. */
export function familyOf(path: string): Readonly<{ first: string; family: string }> {
  const slash = path.indexOf("/");
  const first = slash < 0 ? path : path.slice(0, slash);
  const at = first.indexOf("@");
  return { first, family: at < 0 ? first : first.slice(0, at) };
}

function firstOf({ family, version }: RegisteredKeyType): string {
  return version === 1 ? family : `${family}@${version}`;
}
