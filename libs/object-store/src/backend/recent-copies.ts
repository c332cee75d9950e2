import type { EntryMetadata } from "@cogniverse/sdk";

/** What stands in an object's place, as far as a write has to know. `copy`: an entry of ours, or why it is none to be read. */
export type FoundCopy = Readonly<{
  etag: string;
  copy: CopyOrder | "foreign" | "unsupported" | "corrupt";
}>;

/** What decides whether a copy may be replaced. */
export type CopyOrder = Pick<EntryMetadata, "logId" | "asOf" | "expiresAt">;

/** Objects that are remembered at most, about 200 bytes each. */
const MOST = 4096;

/**
 * What this process last saw under some names, so that the write which follows a read can name the etag at once. A guess and no
 * knowledge: the service decides whether it still holds.
 */
export class RecentCopies {
  readonly #copies = new Map<string, FoundCopy>();

  get(name: string): FoundCopy | undefined {
    return this.#copies.get(name);
  }

  saw(name: string, etag: string, { logId, asOf, expiresAt }: CopyOrder): void {
    this.#copies.delete(name);
    this.#copies.set(name, { etag, copy: { logId, asOf, expiresAt } });
    if (this.#copies.size <= MOST) return;
    for (const oldest of this.#copies.keys()) {
      this.#copies.delete(oldest);
      return;
    }
  }

  forget(name: string): void {
    this.#copies.delete(name);
  }
}
