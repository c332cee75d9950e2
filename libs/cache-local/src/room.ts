import { overBytes, type Need, type Usage } from "./capacity.ts";
import { expiryKey, fileCharge, type EntryIndex, type Found } from "./entry-index.ts";
import type { PendingFiles } from "./pending-files.ts";
import type { Sieve } from "./sieve.ts";

/** What the directory may hold, and what it holds beside the index's own figures. All in bytes, as of now. */
export interface Limits {
  /** The cap, less what the file system lacks to keep its own reserve free. */
  capBytes(): number;
  indexFileBytes(): number;
  otherBytes(): number;
}

/**
 * `granted`: there is room now. `wait`: there will be when the files of what was evicted are unlinked. `refused`: there is none.
 * `evicted` went for size and is to be told of; `expired` went anyway. Both are out of the index; their files are buried.
 */
export type Grant = Readonly<{
  state: "granted" | "wait" | "refused";
  evicted: readonly Found[];
  expired: readonly Found[];
}>;

/** Expired entries that one grant clears away at most, before anything living is evicted. */
const EXPIRED_FIRST = 16;

/** Keeps the directory under its cap: whoever wants to write asks here first, inside the transaction that reserves. */
export class Room {
  readonly #index: EntryIndex;
  readonly #pending: PendingFiles;
  readonly #sieve: Sieve;
  readonly #limits: Limits;

  constructor(index: EntryIndex, pending: PendingFiles, sieve: Sieve, limits: Limits) {
    this.#index = index;
    this.#pending = pending;
    this.#sieve = sieve;
    this.#limits = limits;
  }

  usage(): Usage {
    const { indexBytes, fileBytes, reservedBytes } = this.#index.totals();
    const indexFileBytes = this.#limits.indexFileBytes();
    const otherBytes = this.#limits.otherBytes();
    return { indexBytes, fileBytes, reservedBytes, indexFileBytes, otherBytes };
  }

  /** Evicts until `need` fits. `replacing`: the key it is for, which goes last. `now`: epoch milliseconds. */
  make(need: Need, replacing: Buffer, now: number): Grant {
    const cap = this.#limits.capBytes();
    const evicted: Found[] = [];
    const expired: Found[] = [];
    const usage = this.usage();
    // What cannot fit an empty directory must not empty this one.
    const empty = { ...usage, indexBytes: 0, fileBytes: 0, reservedBytes: 0 };
    if (overBytes(empty, need, cap) > 0) return { state: "refused", evicted, expired };
    let buried = 0;
    const missing = (): number => overBytes(this.usage(), need, cap) - buried;
    if (missing() > 0) {
      for (const found of this.expired(now, EXPIRED_FIRST)) {
        buried += this.drop(found);
        expired.push(found);
      }
    }
    while (missing() > 0) {
      const key = this.#sieve.choose(this.#index, replacing) ?? replacing;
      const found = this.#index.find(key);
      if (found === undefined) return { state: "refused", evicted, expired };
      buried += this.drop(found);
      evicted.push(found);
    }
    const fits = overBytes(this.usage(), need, cap) <= 0;
    return { state: fits ? "granted" : "wait", evicted, expired };
  }

  /** Takes an entry out and buries its file. Returns the bytes that come free when that is unlinked. */
  drop(found: Found): number {
    this.#index.remove(found);
    const bytes = fileCharge(found.head);
    if (bytes > 0) this.#pending.bury(found.head.id, bytes);
    return bytes;
  }

  /** Entries whose time is over, the oldest first. */
  expired(now: number, limit: number): readonly Found[] {
    // Above every id at this instant.
    const end = expiryKey({ expiresAt: now, id: "f".repeat(32) });
    const keys = [...this.#index.expiry.getRange({ end, limit })].map(({ value }) => value);
    return keys.flatMap((key) => this.#index.find(Buffer.from(key)) ?? []);
  }
}
