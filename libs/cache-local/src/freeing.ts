/**
 * Space of this tier's own that is about to come free, and who waits for it. Both only steer how much more is evicted; what may
 * be written is decided by the figures in the index alone.
 */
export class Freeing {
  readonly #buried = new Map<string, number>();
  readonly #claims = new Map<string, number>();

  /** A file was buried and will be unlinked. */
  buried(id: string, bytes: number): void {
    this.#buried.set(id, bytes);
  }

  /** The file is gone, or could not be unlinked. */
  gone(id: string): void {
    this.#buried.delete(id);
  }

  /** The write `id` waits for so many bytes; 0 = no more. */
  claim(id: string, bytes: number): void {
    if (bytes > 0) this.#claims.set(id, bytes);
    else this.#claims.delete(id);
  }

  /** What comes free beyond what others than `id` wait for; below 0 where they wait for more. `isBuried` weeds out what was taken back. */
  bytesFor(id: string, isBuried: (id: string) => boolean): number {
    let sum = 0;
    for (const [file, bytes] of this.#buried) {
      if (isBuried(file)) sum += bytes;
      else this.#buried.delete(file);
    }
    for (const [other, bytes] of this.#claims) if (other !== id) sum -= bytes;
    return sum;
  }
}
