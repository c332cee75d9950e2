/** Stands for the content of a key that was not there; no digest is like it. */
export const NOTHING_THERE = "nothing";
/** Stands for contents that were read at different times; no digest is like it. */
export const SEVERAL = "several";

/** Beyond this many known sources the registry no longer tells them apart and every fill of a key counts as one. */
const MAX_SOURCES = 65_536;

/**
 * Which keys something was derived from in this process, and from what content. A fill that brings other content for one of them has to say
 * so in the log, or what was derived from the old content would live on (protocol rule 19, within one process). The reader registers what it
 * read, then looks for a fill that came in between; the filler notes its content, then looks for registrations: one of the two
 * always sees the other.
 */
export class SourceRegistry {
  readonly #digests = new Map<string, string>();
  #overflowed = false;
  /** What was filled while some compute ran. */
  readonly #filled = new Map<string, string>();

  /** A compute has read this content of the key. False where another content was filled meanwhile: what it computes is not to be kept. */
  register(path: string, digest: string): boolean {
    const known = this.#digests.get(path);
    if (known === undefined && this.#digests.size >= MAX_SOURCES) this.#overflowed = true;
    // Two contents read at different times: any fill differs from one of them.
    else this.#digests.set(path, known === undefined || known === digest ? digest : SEVERAL);
    return (this.#filled.get(path) ?? digest) === digest;
  }

  /** Whether a fill of the key with this content must append a record. `computing`: some compute runs that may have read the key. */
  changes(path: string, digest: string, computing: boolean): boolean {
    if (!computing || this.#filled.size >= MAX_SOURCES) this.#filled.clear();
    if (computing) this.#filled.set(path, digest);
    const known = this.#digests.get(path);
    return known === undefined ? this.#overflowed : known !== digest;
  }

  /** Forgets all: the tenant begins anew. */
  clear(): void {
    this.#digests.clear();
    this.#filled.clear();
    this.#overflowed = false;
  }

  /** A record with this content was appended: what read anything else is dead. */
  settled(path: string, digest: string): void {
    if (this.#digests.has(path)) this.#digests.set(path, digest);
  }
}
