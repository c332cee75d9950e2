import { UnreadableVideoError } from "../media/unreadable-video-error.ts";
import type { Fingerprints } from "./fingerprints.ts";

/** A file whose content is part of a key. */
export type KnownFile = Readonly<{ path: string; sha256: string }>;

/**
 * Reads from a file only what belongs under keys that hold its content: it is looked at before, so that another file that took its place is
 * not read, and after, so that nothing is kept of one that changed meanwhile. Throws `UnreadableVideoError` `changed` then.
 */
export async function readUnchanged<T>(
  { path, sha256 }: KnownFile,
  fingerprints: Fingerprints,
  signal: AbortSignal,
  read: () => Promise<T>,
): Promise<T> {
  const check = async (): Promise<void> => {
    if ((await fingerprints.of(path, signal)) === sha256) return;
    const detail = "changed since it was ingested; ingest it again";
    throw new UnreadableVideoError(path, "changed", detail);
  };
  await check();
  const value = await read();
  await check();
  return value;
}
