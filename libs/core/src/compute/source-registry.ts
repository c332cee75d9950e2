/** Beyond this many known sources the registry no longer tells them apart and every fill of a key counts as one. */
const MAX_SOURCES = 65_536;

/**
 * Which keys something was derived from in this process, and from what content. A fill that brings other content for one of them has to say
 * so in the log, or what was derived from the old content would live on (protocol rule 19, within one process: registering at
 * the moment of the read means that a fill either came before the read, which then saw it, or sees the registration).
 */
export class SourceRegistry {
  readonly #digests = new Map<string, string>();
  #overflowed = false;

  /** A compute has read this content of the key. Called in the same synchronous step as the read's last check. */
  register(path: string, digest: string): void {
    if (this.#digests.size >= MAX_SOURCES && !this.#digests.has(path)) {
      this.#overflowed = true;
      return;
    }
    const known = this.#digests.get(path);
    // Two contents read at different times: any fill differs from one of them.
    this.#digests.set(path, known === undefined || known === digest ? digest : "several");
  }

  /** Whether a fill of the key with this content must append a record. */
  changes(path: string, digest: string): boolean {
    const known = this.#digests.get(path);
    return known === undefined ? this.#overflowed : known !== digest;
  }

  /** A record with this content was appended: what read anything else is dead. */
  settled(path: string, digest: string): void {
    if (this.#digests.has(path)) this.#digests.set(path, digest);
  }
}
