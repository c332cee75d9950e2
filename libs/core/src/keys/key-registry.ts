import { CacheError, type Codec, type Key, type KeyType } from "@cogniverse/sdk";
import { encodeKey } from "@cogniverse/sdk/keys";
import { bytesCodec, jpgCodec } from "../codec/bytes-codec.ts";
import { jsonCodec } from "../codec/json-codec.ts";
import { npyCodec } from "../codec/npy-codec.ts";
import { npzCodec } from "../codec/npz-codec.ts";
import * as families from "./families.ts";

/** A key as the manager works with it. */
export interface KnownKey {
  readonly path: string;
  readonly family: string;
  /** `undefined`: a string key that fits no key type; its codec goes by what is stored, or by the value. */
  readonly codec: Codec<unknown> | undefined;
  readonly immutable: boolean;
  /** Tags that follow from the key itself: `video:{id}` where its type has a parameter `video`. */
  readonly tags: readonly string[];
}

/** What the registry needs of a key type, whatever it makes keys from. */
export type RegisteredKeyType = Pick<
  KeyType<unknown>,
  "template" | "family" | "version" | "codec" | "immutable" | "parse"
>;

const BUILT_IN: readonly RegisteredKeyType[] = Object.values(families);
const CODECS: readonly Codec<unknown>[] = [bytesCodec, jpgCodec, jsonCodec(), npyCodec, npzCodec];

/** The tag that all entries of one video carry, whatever their family, and that `invalidateVideo` speaks to. */
export function videoTag(videoId: string): string {
  return `video:${videoId}`;
}

/** Finds what is known of a key: from the key itself, or for a string from the first registered key type that it fits. */
export class KeyRegistry {
  readonly #byFamily = new Map<string, RegisteredKeyType[]>();

  constructor(keyTypes: readonly RegisteredKeyType[] = []) {
    for (const type of [...keyTypes, ...BUILT_IN]) {
      const first = type.version === 1 ? type.family : `${type.family}@${type.version}`;
      this.#byFamily.set(first, [...(this.#byFamily.get(first) ?? []), type]);
    }
  }

  /** Throws `invalid_key`. */
  resolve(key: Key<unknown> | string): KnownKey {
    const path = typeof key === "string" ? encodeKey(key) : key.path;
    const slash = path.indexOf("/");
    const first = slash < 0 ? path : path.slice(0, slash);
    const fit = this.#fit(first, path);
    const at = first.indexOf("@");
    if (typeof key === "string") {
      const family = at < 0 ? first : first.slice(0, at);
      return {
        path,
        family,
        codec: fit?.type.codec,
        immutable: fit?.type.immutable ?? false,
        tags: fit?.tags ?? [],
      };
    }
    return {
      path,
      family: key.family,
      codec: key.codec,
      immutable: key.immutable,
      tags: fit?.tags ?? [],
    };
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

  #fit(
    first: string,
    path: string,
  ): Readonly<{ type: RegisteredKeyType; tags: readonly string[] }> | undefined {
    for (const type of this.#byFamily.get(first) ?? []) {
      const params = type.parse(path);
      if (params === undefined) continue;
      const video = params["video"];
      return { type, tags: video === undefined ? [] : [videoTag(video)] };
    }
    return undefined;
  }
}
