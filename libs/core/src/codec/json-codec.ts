import { CacheError, type Codec } from "@cogniverse/sdk";
import { freezeJson } from "./freeze-json.ts";

/** The part of Standard Schema (standardschema.dev, version 1) that is used: zod, valibot, arktype and others have it. */
export interface ValueSchema<T> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
  };
}

type SchemaResult<T> =
  | Readonly<{ value: T; issues?: undefined }>
  | Readonly<{ issues: readonly { readonly message: string }[] }>;

const utf8 = new TextDecoder("utf-8", { fatal: true });
const text = new TextEncoder();

/**
 * Values that JSON can hold. Anything else (Date, Map, class instances, bigint, NaN, cycles, holes) is refused with `invalid_value` that
 * names the place; properties that are `undefined` are left out. Values are frozen deeply when they enter the cache. With a schema, what is
 * read back is validated, and what does not fit is a miss of cause `undecodable`.
 */
export function jsonCodec<T>(schema?: ValueSchema<T>): Codec<T> {
  return {
    id: "json",
    contentType: "application/json",
    compress: "auto",
    encode(value) {
      freezeJson(value);
      return text.encode(JSON.stringify(value));
    },
    decode(data) {
      const value: unknown = JSON.parse(utf8.decode(data));
      // Without a schema the key type's promise is all there is: the same key type encoded it.
      return schema === undefined ? (value as T) : validate(schema, value);
    },
    settle: (value) => freezeJson(value),
  };
}

async function validate<T>(schema: ValueSchema<T>, value: unknown): Promise<T> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  throw new CacheError(
    "undecodable",
    `Stored JSON does not fit its schema: ${result.issues.map((i) => i.message).join("; ")}`,
  );
}
