import type { EntryMetadata } from "@cogniverse/sdk";

/** What a fill brought: its content, and by what it is judged. */
export type FilledCopy = Pick<EntryMetadata, "logId" | "asOf" | "tags" | "inherited" | "digest">;

type Landed = Readonly<{ copy: FilledCopy; landedAt: number }>;

/**
 * What this node has filled since it last read the log. Who derives something from another content of such a key registers that in the log, then
 * looks into the tiers; whoever fills writes to the tiers, then looks for registrations. A read of the log that began after a fill had landed
 * shows every registration whose maker may have looked before, so older fills need not be remembered.
 */
export class RecentFills {
  readonly #underWay = new Map<string, FilledCopy>();
  /** In the order in which they landed. */
  readonly #landed = new Map<string, Landed>();

  /** The fill is being sent. */
  begin(path: string, copy: FilledCopy): void {
    this.#landed.delete(path);
    this.#underWay.set(path, copy);
  }

  /** Every tier took it or gave up, at this moment of the monotonic clock. */
  landed(path: string, copy: FilledCopy, landedAt: number): void {
    if (this.#underWay.get(path) !== copy) return;
    this.#underWay.delete(path);
    this.#landed.set(path, { copy, landedAt });
  }

  /** The last fill of the key, if it is remembered. */
  of(path: string): FilledCopy | undefined {
    return this.#underWay.get(path) ?? this.#landed.get(path)?.copy;
  }

  /** Forgets what had landed before a read of the log that began at `readAt` of the monotonic clock. */
  forgetBefore(readAt: number): void {
    for (const [path, { landedAt }] of this.#landed) {
      if (landedAt >= readAt) return;
      this.#landed.delete(path);
    }
  }

  get size(): number {
    return this.#underWay.size + this.#landed.size;
  }
}
