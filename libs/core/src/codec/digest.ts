import { hash, webcrypto } from "node:crypto";
import type { Bytes } from "@cogniverse/sdk";

/** Above this many bytes the thread pool does it: SHA-256 of 256 KiB takes a few hundred microseconds. */
const ASYNC_ABOVE_BYTES = 256 * 1024;

/** SHA-256 as hex: what tells identical content apart from changed content. */
export async function contentDigest(data: Bytes): Promise<string> {
  if (data.byteLength <= ASYNC_ABOVE_BYTES) return hash("sha256", data, "hex");
  const digest = await webcrypto.subtle.digest("SHA-256", data);
  return Buffer.from(digest).toString("hex");
}
