import type { Environment, Table } from "./environment.ts";
import type { EntryIndex } from "./entry-index.ts";
import { isGone, parseIdentity, type ProcessIdentity } from "./process-identity.ts";

/** `writing`: space reserved for a file that may exist in part. `buried`: a file that no entry refers to, still to be unlinked. */
export type PendingState = "writing" | "buried";

/**
 * Files that are on disk, or may be, without an entry: one row each, written in the transaction before the file is made or in the one that
 * takes its entry away. So whatever a process leaves when it is killed is known, charged, and found by the others.
 * Calls that write belong inside a transaction.
 */
export class PendingFiles {
  readonly #rows: Table;
  readonly #index: EntryIndex;
  readonly #own: ProcessIdentity;

  constructor(environment: Environment, index: EntryIndex, own: ProcessIdentity) {
    this.#rows = environment.table("pending");
    this.#index = index;
    this.#own = own;
  }

  /** Reserves `bytes` for a file about to be written, rows of its entry included. */
  reserve(id: string, bytes: number): void {
    this.#put(id, "writing", bytes);
    this.#index.change({ reservedBytes: bytes });
  }

  /** Keeps charging `bytes` for a file until it is gone. */
  bury(id: string, bytes: number): void {
    this.#put(id, "buried", bytes);
  }

  /** The file has its entry, or is gone: nothing is pending any more. False where there was no such row. */
  settle(id: string): boolean {
    const row = this.#rows.getBinary(Buffer.from(id, "hex"));
    const pending = row === undefined ? undefined : parsePending(row);
    if (pending === undefined) return false;
    this.#rows.removeSync(Buffer.from(id, "hex"));
    if (pending.state === "writing") this.#index.change({ reservedBytes: -pending.bytes });
    else this.#index.change({ fileBytes: -pending.bytes });
    return true;
  }

  has(id: string): boolean {
    return this.#rows.doesExist(Buffer.from(id, "hex"));
  }

  /** Ids of files whose process is gone. */
  orphans(limit: number): readonly string[] {
    const found: string[] = [];
    for (const { key, value } of this.#rows.getRange({})) {
      if (found.length >= limit) break;
      const owner = parsePending(value)?.owner;
      if (owner !== undefined && isGone(owner, this.#own))
        found.push(Buffer.from(key).toString("hex"));
    }
    return found;
  }

  #put(id: string, state: PendingState, bytes: number): void {
    const row = JSON.stringify({ state, bytes, owner: this.#own });
    this.#rows.putSync(Buffer.from(id, "hex"), Buffer.from(row));
  }
}

type Pending = Readonly<{ state: PendingState; bytes: number; owner: ProcessIdentity }>;

function parsePending(row: Uint8Array): Pending | undefined {
  const value: unknown = JSON.parse(Buffer.from(row).toString("utf8"));
  if (typeof value !== "object" || value === null) return undefined;
  if (!("state" in value && "bytes" in value && "owner" in value)) return undefined;
  const owner = parseIdentity(value.owner);
  if (owner === undefined || typeof value.bytes !== "number") return undefined;
  return { state: value.state === "writing" ? "writing" : "buried", bytes: value.bytes, owner };
}
