import { CacheError } from "@cogniverse/sdk";

import { NpyFormatError } from "../../src/codec/npy-error.ts";

/** How a call failed: an NpyFormatError's reason, another CacheError's code, "none" for a success. Anything else is thrown on. */
export async function failureOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return "none";
  } catch (error) {
    if (error instanceof NpyFormatError) return `${error.code}: ${error.reason}`;
    if (CacheError.isInstance(error)) return error.code;
    throw error;
  }
}
