import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { asUnreadable } from "./regular-file.ts";

const READ_BYTES = 1 << 20;

/**
 * Lower-case hex SHA-256 of the file's bytes, read in 1 MiB steps: the identity of a video in every
 * cache key, so that a copy under another name is the same video and an edited file is another.
 *
 * @throws UnreadableVideoError `missing` where the file cannot be read; the signal's reason on abort.
 */
export async function fingerprintFile(
  path: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const { signal } = options;
  signal?.throwIfAborted();
  const hash = createHash("sha256");
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: READ_BYTES })) {
      signal?.throwIfAborted();
      hash.update(bytes);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw asUnreadable(path, error);
  }
  return hash.digest("hex");
}
