import { stat } from "node:fs/promises";
import { UnreadableVideoError } from "./unreadable-video-error.ts";

/**
 * Byte length of a regular, non-empty file. FFmpeg also opens URLs, devices and pipes; asking the
 * file system first keeps the app to files.
 *
 * @throws UnreadableVideoError `missing` or `empty`.
 */
export async function regularFileBytes(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw asUnreadable(path, error);
  });
  if (!found.isFile()) throw new UnreadableVideoError(path, "missing", "is not a regular file");
  if (found.size === 0) throw new UnreadableVideoError(path, "empty", "the file is empty");
  return found.size;
}

/** The file system's error as ours. */
export function asUnreadable(path: string, cause: unknown): UnreadableVideoError {
  const code = codeOf(cause);
  const detail = code === "ENOENT" ? "no such file" : `the file cannot be read (${code})`;
  return new UnreadableVideoError(path, "missing", detail, { cause });
}

function codeOf(cause: unknown): string {
  const hasCode = typeof cause === "object" && cause !== null && "code" in cause;
  return hasCode ? String(cause.code) : "unknown cause";
}
