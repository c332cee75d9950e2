import { overBytes, type Need, type Usage } from "./capacity.ts";
import { expiryKey, fileCharge, type EntryIndex, type Found } from "./entry-index.ts";
import type { Freeing } from "./freeing.ts";
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

/** Who asks for room. `replacing`: the key it is for, which goes last. `now`: epoch milliseconds. */
export type Request = Readonly<{ id: string; need: Need; replacing: Buffer; now: number }>;

/** What a room is made of. */
export interface RoomParts {
  readonly index: EntryIndex;
  readonly pending: PendingFiles;
  readonly sieve: Sieve;
  readonly limits: Limits;
  readonly freeing: Freeing;
}

/** Expired entries that one grant clears away at most, before anything living is evicted. */
const EXPIRED_FIRST = 16;

/** Keeps the directory under its cap: whoever wants to write asks here first, inside the transaction that reserves. */
export class Room {
  readonly #index: EntryIndex;
  readonly #pending: PendingFiles;
  readonly #sieve: Sieve;
  readonly #limits: Limits;
  readonly #freeing: Freeing;

  constructor(parts: RoomParts) {
    this.#index = parts.index;
    this.#pending = parts.pending;
    this.#sieve = parts.sieve;
    this.#limits = parts.limits;
    this.#freeing = parts.freeing;
  }

  usage(): Usage {
    const { indexBytes, fileBytes, reservedBytes } = this.#index.totals();
    const indexFileBytes = this.#limits.indexFileBytes();
    const otherBytes = this.#limits.otherBytes();
    return { indexBytes, fileBytes, reservedBytes, indexFileBytes, otherBytes };
  }

  /** Evicts until there is room, or will be. Who is told to wait asks again, or calls {@link Room.leave}. */
  make(request: Request): Grant {
    const grant = this.#make(request);
    const { indexBytes, fileBytes } = request.need;
    this.#freeing.claim(request.id, grant.state === "wait" ? indexBytes + fileBytes : 0);
    return grant;
  }

  /** The write waits no more. */
  leave(id: string): void {
    this.#freeing.claim(id, 0);
  }

  #make({ id, need, replacing, now }: Request): Grant {
    const cap = this.#limits.capBytes();
    const over = (): number => overBytes(this.usage(), need, cap);
    const evicted: Found[] = [];
    const expired: Found[] = [];
    // What cannot fit an empty directory must not empty this one.
    const empty = { ...this.usage(), indexBytes: 0, fileBytes: 0, reservedBytes: 0 };
    if (overBytes(empty, need, cap) > 0) return { state: "refused", evicted, expired };
    if (over() <= 0) return { state: "granted", evicted, expired };
    const missing = (): number =>
      over() - this.#freeing.bytesFor(id, (file) => this.#pending.has(file));
    for (const found of missing() > 0 ? this.expired(now, EXPIRED_FIRST) : []) {
      this.drop(found);
      expired.push(found);
    }
    while (missing() > 0) {
      const key = this.#sieve.choose(this.#index, replacing) ?? replacing;
      const found = this.#index.find(key);
      // The rest is being written or unlinked by others.
      if (found === undefined) break;
      this.drop(found);
      evicted.push(found);
    }
    const waits = missing() <= 0;
    return { state: over() <= 0 ? "granted" : waits ? "wait" : "refused", evicted, expired };
  }

  /** Takes an entry out and buries its file. */
  drop(found: Found): void {
    this.#index.remove(found);
    const bytes = fileCharge(found.head);
    if (bytes === 0) return;
    this.#pending.bury(found.head.id, bytes);
    this.#freeing.buried(found.head.id, bytes);
  }

  /** Entries whose time is over, the oldest first. */
  expired(now: number, limit: number): readonly Found[] {
    // Above every id at this instant.
    const end = expiryKey({ expiresAt: now, id: "f".repeat(32) });
    const keys = [...this.#index.expiry.getRange({ end, limit })].map(({ value }) => value);
    return keys.flatMap((key) => this.#index.find(Buffer.from(key)) ?? []);
  }
}
