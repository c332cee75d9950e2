import type { Codec } from "./codec.ts";

/** The parameters named in a template: `"frames/{video}/frame_{t}.jpg"` gives `{ video, t }`. */
export type Params<S extends string> = S extends `${string}{${infer P}}${infer R}`
  ? { readonly [K in P]: string | number } & Params<R>
  : unknown;

/** The address of one entry inside a tenant, with the type of what is stored there. */
export interface Key<T> {
  /** Canonical path. */
  readonly path: string;
  /** First segment without its version: what policies are found by. */
  readonly family: string;
  readonly codec: Codec<T>;
  /** The content is in the key, so it never changes: an explicit put of it appends no record. */
  readonly immutable: boolean;
  /** Tags that every entry under this key gets. Left out: those of the registered key type that it fits. */
  readonly tags?: readonly string[];
}

/** All keys of one shape. Calling it with the template's parameters makes a key; throws `invalid_key`. */
export interface KeyType<T, S extends string = string> {
  (params: Params<S>): Key<T>;
  readonly template: S;
  readonly family: string;
  /** 1 writes `frames/...`, 2 writes `frames@2/...`: releases that differ never meet. */
  readonly version: number;
  readonly codec: Codec<T>;
  readonly immutable: boolean;
  /** The raw parameters of a canonical path of this type and version; `undefined` for any other path. */
  parse(path: string): Readonly<Record<string, string>> | undefined;
}
