import { CacheError, parseJson, type Codec } from "@cogniverse/sdk";
import { freezeJson } from "./freeze-json.ts";
import { walkJson } from "./walk-json.ts";

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
 * Values that JSON can hold, -0 included. Anything else (Date, Map, class instances, bigint, NaN, cycles, holes) is refused with
 * `invalid_value` that names the place, and so is nesting that `JSON.stringify` has no stack for (some thousands of levels); properties that are
 * `undefined` are left out. Values are frozen deeply when they enter the cache. With a schema, what is read back is validated, and what does
 * not fit is a miss of cause `undecodable`.
 */
export function jsonCodec<T>(schema?: ValueSchema<T>): Codec<T> {
  return {
    id: "json",
    contentType: "application/json",
    compress: "auto",
    encode: (value) => text.encode(stringify(value)),
    decode(data) {
      const value = parseJson(utf8.decode(data));
      // Without a schema the key type's promise is all there is: the same key type encoded it.
      return schema === undefined ? (value as T) : validate(schema, value);
    },
    settle: (value) => freezeJson(value),
  };
}

/** JSON has a -0, only `JSON.stringify` has not. */
function stringify(value: unknown): string {
  const { negativeZero } = walkJson(value);
  try {
    return negativeZero ? JSON.stringify(value, keepNegativeZero) : JSON.stringify(value);
  } catch (cause) {
    // The walk found nothing that JSON cannot hold, so this is the stack or the longest string.
    const message = "The value is nested too deeply, or too long, to be written as JSON";
    throw new CacheError("invalid_value", message, { cause });
  }
}

// V8 has rawJSON since Node 21; TypeScript's library does not know it yet.
const { rawJSON } = JSON as typeof JSON & { readonly rawJSON: (text: string) => unknown };

function keepNegativeZero(_name: string, value: unknown): unknown {
  return Object.is(value, -0) ? rawJSON("-0") : value;
}

async function validate<T>(schema: ValueSchema<T>, value: unknown): Promise<T> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  throw new CacheError(
    "undecodable",
    `Stored JSON does not fit its schema: ${result.issues.map((i) => i.message).join("; ")}`,
  );
}
