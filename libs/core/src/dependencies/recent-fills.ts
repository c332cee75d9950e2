import type { EntryMetadata } from "@cogniverse/sdk";

/** What a fill brought: its content, and by what it is judged. */
export type FilledCopy = Pick<EntryMetadata, "logId" | "asOf" | "tags" | "inherited" | "digest">;

/**
 * What this node has brought to the others since it last read the log. Who derives something from another content of such a key registers that in the
 * log, then looks into the tiers; whoever fills writes to the tiers, then looks for registrations. A read of the log that began after a fill had
 * landed shows every registration whose maker may have looked before, so older fills need not be remembered.
 */
export class RecentFills {
  readonly #copies = new Map<string, readonly FilledCopy[]>();
  /** In the order in which they landed. */
  readonly #landed = new Map<FilledCopy, Readonly<{ path: string; at: number }>>();

  /** The fill is being sent. `copy` is told apart from others by its identity. */
  begin(path: string, copy: FilledCopy): void {
    this.#copies.set(path, [...this.of(path), copy]);
  }

  /** Every tier took it or gave up, at this moment of the monotonic clock. */
  landed(path: string, copy: FilledCopy, at: number): void {
    this.#landed.set(copy, { path, at });
  }

  /** The fills of the key that are remembered: whichever came last, any of them may be what the tiers have in the end. */
  of(path: string): readonly FilledCopy[] {
    return this.#copies.get(path) ?? [];
  }

  /** Forgets what had landed before a read of the log that began at `readAt` of the monotonic clock. */
  forgetBefore(readAt: number): void {
    for (const [copy, { path, at }] of this.#landed) {
      if (at >= readAt) return;
      this.#landed.delete(copy);
      const left = this.of(path).filter((other) => other !== copy);
      if (left.length === 0) this.#copies.delete(path);
      else this.#copies.set(path, left);
    }
  }

  /** Keys of which a fill is remembered. */
  get size(): number {
    return this.#copies.size;
  }
}
