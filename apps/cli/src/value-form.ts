import { npyCodec, npzCodec, type NdArray, type NdArrays } from "@cogniverse/core";
import { parseJson, type Cacheable } from "@cogniverse/sdk";
import { EXIT, ExitError } from "./exit-code.ts";

/** How bytes of a file become a value: by what the caller says, else by the end of the key. */
export type ValueType = "json" | "npz" | "npy" | "bytes";

/** Goes by the end of the key; bytes where that says nothing. */
export function typeOfKey(key: string): ValueType {
  const found = /\.(json|npz|npy)$/.exec(key)?.[1];
  return found === "json" || found === "npz" || found === "npy" ? found : "bytes";
}

/** The value that a file's bytes stand for. Throws {@link ExitError} where they are not of that type. */
export async function parseValue(bytes: Uint8Array, type: ValueType): Promise<Cacheable> {
  try {
    if (type === "json") {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      // JSON holds nothing that a cache does not take.
      return parseJson(text) as Cacheable;
    }
    if (type === "npz") return await npzCodec.decode(bytes);
    return type === "npy" ? await npyCodec.decode(bytes) : bytes;
  } catch (error) {
    throw new ExitError(
      EXIT.wrongUse,
      `The value is not ${type}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** A value as bytes for a file, and as text for a terminal. Arrays are summed up in text; their bytes are numpy's own file. */
export async function renderValue(
  value: unknown,
): Promise<Readonly<{ bytes: Uint8Array; text: string }>> {
  if (value instanceof Uint8Array)
    return { bytes: value, text: `${value.byteLength} bytes; use --output FILE or a pipe\n` };
  if (isArray(value)) return { bytes: await npyCodec.encode(value), text: `${describe(value)}\n` };
  if (isArrays(value)) {
    const lines = Object.entries(value).map(([name, array]) => `${name}: ${describe(array)}\n`);
    return { bytes: await npzCodec.encode(value), text: lines.join("") };
  }
  const text = `${JSON.stringify(value, undefined, 2)}\n`;
  return { bytes: new TextEncoder().encode(text), text };
}

/** A value as a part of a JSON document. */
export function jsonOf(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return { bytes: value.byteLength, base64: Buffer.from(value).toString("base64") };
  if (isArray(value)) return { dtype: value.dtype, shape: value.shape };
  if (isArrays(value))
    return Object.fromEntries(Object.entries(value).map(([name, array]) => [name, jsonOf(array)]));
  return value;
}

function isArray(value: unknown): value is NdArray {
  return (
    typeof value === "object" &&
    value !== null &&
    "dtype" in value &&
    "shape" in value &&
    "data" in value &&
    ArrayBuffer.isView(value.data)
  );
}

function isArrays(value: unknown): value is NdArrays {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const parts = Object.values(value);
  return parts.length > 0 && parts.every(isArray);
}

function describe({ dtype, shape }: NdArray): string {
  return `${dtype} [${shape.join(", ")}]`;
}
