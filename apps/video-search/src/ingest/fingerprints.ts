import { stat } from "node:fs/promises";
import { fingerprintFile } from "../media/fingerprint.ts";
import { asUnreadable } from "../media/regular-file.ts";

type Known = Readonly<{ stamp: string; sha256: string }>;

/** SHA-256 of files. A file is read again only after its size, time of change or identity changed. */
export class Fingerprints {
  readonly #known = new Map<string, Known>();

  /** @throws UnreadableVideoError `missing` where the file cannot be read; the signal's reason on abort. */
  async of(path: string, signal?: AbortSignal): Promise<string> {
    const stamp = await stampOf(path);
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.sha256;
    const sha256 = await fingerprintFile(path, { signal });
    // One that changes while it is read is not remembered, so that the next look finds out.
    if ((await stampOf(path)) === stamp) this.#known.set(path, { stamp, sha256 });
    return sha256;
  }
}

async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw asUnreadable(path, error);
  });
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" ");
}
