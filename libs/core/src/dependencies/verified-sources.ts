import type { Position } from "@cogniverse/sdk";

/** Sources that this process remembers to have looked at; beyond, they are looked at once more. */
const MAX_VERIFIED = 65_536;

/** A content of a key, and where which log had last spoken of that key when it was looked at. */
export type Seen = Readonly<{ digest: string; logId: string; spokenAt: Position }>;

/**
 * Which contents of which keys this node found in the shared tiers after it had registered them as sources. That says something for as long as the
 * registration stands by which it looked: once the log has spoken of the key again, or another log speaks, whoever brought other content
 * meanwhile need not have known of it, whoever registered the same content since.
 */
export class VerifiedSources {
  readonly #seen = new Map<string, Seen>();

  add(path: string, seen: Seen): void {
    if (this.#seen.size >= MAX_VERIFIED) this.#seen.clear();
    this.#seen.set(path, seen);
  }

  has(path: string, { digest, logId, spokenAt }: Seen): boolean {
    const known = this.#seen.get(path);
    if (known?.digest !== digest) return false;
    return known.logId === logId && known.spokenAt === spokenAt;
  }

  clear(): void {
    this.#seen.clear();
  }
}
