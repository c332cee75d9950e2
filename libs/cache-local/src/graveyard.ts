import type { Logger } from "@cogniverse/sdk";
import { failureCode } from "./disk-error.ts";
import type { PendingFiles } from "./pending-files.ts";
import type { ValueFiles } from "./value-files.ts";
import type { WriteQueue } from "./write-queue.ts";

/** A file to be unlinked once `held` settles: somebody was promised that it may still be read. */
export type Grave = Readonly<{ id: string; held?: Promise<unknown> | undefined }>;

/**
 * Unlinks buried files and then says so in the index, which gives their space back. A reader that found the entry before may still open the
 * file or not; in the second case it asks the index again.
 */
export class Graveyard {
  readonly #files: ValueFiles;
  readonly #pending: PendingFiles;
  readonly #writes: WriteQueue;
  readonly #logger: Logger;
  readonly #digging = new Set<Promise<void>>();

  constructor(files: ValueFiles, pending: PendingFiles, writes: WriteQueue, logger: Logger) {
    this.#files = files;
    this.#pending = pending;
    this.#writes = writes;
    this.#logger = logger;
  }

  /** Takes files over that are buried in the index. Never throws; what cannot be unlinked is left to a later cleanup. */
  dig(graves: readonly Grave[]): void {
    if (graves.length === 0) return;
    const run = Promise.all(graves.map((grave) => this.#unlink(grave)))
      .then((gone) => this.#settle(gone.filter((id) => id !== undefined)))
      .catch((error: unknown) => this.#report(error))
      .finally(() => this.#digging.delete(run));
    this.#digging.add(run);
  }

  /** Resolves when all that was taken over so far is unlinked and accounted for, or given up. */
  async settled(): Promise<void> {
    while (this.#digging.size > 0) await Promise.all(this.#digging);
  }

  async #unlink({ id, held }: Grave): Promise<string | undefined> {
    await held;
    try {
      await this.#files.discard(id);
      return id;
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  async #settle(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#writes.run(() => {
      for (const id of ids) this.#pending.settle(id);
    });
  }

  #report(error: unknown): void {
    this.#logger.warn("A file of the local tier could not be removed", {
      code: failureCode(error),
    });
  }
}
