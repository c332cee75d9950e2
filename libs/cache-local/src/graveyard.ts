import type { Logger } from "@cogniverse/sdk";
import { failureCode } from "./disk-error.ts";
import type { Freeing } from "./freeing.ts";
import type { PendingFiles } from "./pending-files.ts";
import type { ValueFiles } from "./value-files.ts";
import type { WriteQueue } from "./write-queue.ts";

/** A file to be unlinked once `held` settles: somebody was promised that it may still be read. */
export type Grave = Readonly<{ id: string; held?: Promise<unknown> | undefined }>;

/** What a graveyard works with. */
export interface GraveyardParts {
  readonly files: ValueFiles;
  readonly pending: PendingFiles;
  readonly writes: WriteQueue;
  readonly freeing: Freeing;
  readonly logger: Logger;
}

/**
 * Unlinks buried files and then says so in the index, which gives their space back. A reader that found the entry before may still open the
 * file or not; in the second case it asks the index again.
 */
export class Graveyard {
  readonly #files: ValueFiles;
  readonly #pending: PendingFiles;
  readonly #writes: WriteQueue;
  readonly #freeing: Freeing;
  readonly #logger: Logger;
  readonly #digging = new Set<Promise<void>>();
  readonly #failed = new Set<string>();

  constructor(parts: GraveyardParts) {
    this.#files = parts.files;
    this.#pending = parts.pending;
    this.#writes = parts.writes;
    this.#freeing = parts.freeing;
    this.#logger = parts.logger;
  }

  /** Takes files over that are buried in the index, and resolves when they are gone. Never rejects: what cannot be unlinked is tried again by {@link retry}. */
  dig(graves: readonly Grave[]): Promise<void> {
    if (graves.length === 0) return Promise.resolve();
    const run = this.#dig(graves).finally(() => this.#digging.delete(run));
    this.#digging.add(run);
    return run;
  }

  /** Tries again what failed before. */
  retry(): Promise<void> {
    const graves = [...this.#failed].map((id) => ({ id }));
    this.#failed.clear();
    return this.dig(graves);
  }

  /** Resolves when all that was taken over so far is unlinked and accounted for, or failed. */
  async settled(): Promise<void> {
    while (this.#digging.size > 0) await Promise.all(this.#digging);
  }

  async #dig(graves: readonly Grave[]): Promise<void> {
    const unlinked = await Promise.all(graves.map((grave) => this.#unlink(grave)));
    const ids = unlinked.filter((id) => id !== undefined);
    if (ids.length === 0) return;
    try {
      await this.#writes.run(() => {
        for (const id of ids) this.#pending.settle(id);
      });
      for (const id of ids) this.#freeing.gone(id);
    } catch (error) {
      for (const id of ids) this.#fail(id, error);
    }
  }

  async #unlink({ id, held }: Grave): Promise<string | undefined> {
    await held;
    try {
      await this.#files.discard(id);
      return id;
    } catch (error) {
      this.#fail(id, error);
      return undefined;
    }
  }

  #fail(id: string, error: unknown): void {
    this.#failed.add(id);
    this.#freeing.gone(id);
    this.#logger.warn("A file of the local tier could not be removed", {
      code: failureCode(error),
    });
  }
}
