import type { EntryMetadata } from "@cogniverse/sdk";

/** What a fill brought: its content, and by what it is judged. */
export type FilledCopy = Pick<EntryMetadata, "logId" | "asOf" | "tags" | "inherited" | "digest">;

type Fill = Readonly<{ copy: FilledCopy; landedAt: number }>;

/**
 * What this node has filled since it last read the log. Who derives something from another content of such a key registers that in the log, then
 * looks into the tiers; whoever fills writes to the tiers, then looks for registrations. A read of the log that began after a fill had landed
 * shows every registration whose maker may have looked before, so older fills need not be remembered.
 */
export class RecentFills {
  readonly #fills = new Map<string, Fill>();

  /** The fill is being sent. */
  begin(path: string, copy: FilledCopy): void {
    this.#set(path, { copy, landedAt: Infinity });
  }

  /** Every tier took it or gave up, at this moment of the monotonic clock. */
  landed(path: string, copy: FilledCopy, landedAt: number): void {
    if (this.#fills.get(path)?.copy === copy) this.#set(path, { copy, landedAt });
  }

  /** The last fill of the key, if it is remembered. */
  of(path: string): FilledCopy | undefined {
    return this.#fills.get(path)?.copy;
  }

  /** Forgets what had landed before a read of the log that began at `readAt` of the monotonic clock. */
  forgetBefore(readAt: number): void {
    for (const [path, { landedAt }] of this.#fills) {
      // In the order in which they landed; those that are under way keep their place at the end.
      if (landedAt >= readAt) return;
      this.#fills.delete(path);
    }
  }

  get size(): number {
    return this.#fills.size;
  }

  #set(path: string, fill: Fill): void {
    this.#fills.delete(path);
    this.#fills.set(path, fill);
  }
}
