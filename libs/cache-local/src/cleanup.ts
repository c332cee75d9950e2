import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "@cogniverse/sdk";
import type { EntryIndex } from "./entry-index.ts";
import type { Environment } from "./environment.ts";
import type { Graveyard } from "./graveyard.ts";
import type { PendingFiles } from "./pending-files.ts";
import type { Room } from "./room.ts";
import { FAN_OUT, type ValueFiles } from "./value-files.ts";
import type { WriteQueue } from "./write-queue.ts";

/** Rows that one step handles before other work gets its turn. */
const STEP = 64;
/** Directories that one pass compares with the index. All of them are seen once in 256 / 32 passes. */
const DIRECTORIES = 32;

/** What a pass did, in numbers of entries and files. */
export type CleanupReport = Readonly<{ expired: number; reclaimed: number; strays: number }>;

/** What a cleanup works with. */
export interface CleanupParts {
  readonly environment: Environment;
  readonly index: EntryIndex;
  readonly pending: PendingFiles;
  readonly files: ValueFiles;
  readonly room: Room;
  readonly graveyard: Graveyard;
  readonly writes: WriteQueue;
  readonly clock: Clock;
}

/**
 * Removes what nobody will ask for: expired entries, files of processes that were killed while they wrote or unlinked, and files that
 * the index does not know (it may have been set back by a power failure). Works in small steps and leaves the event loop in between.
 */
export class Cleanup {
  readonly #parts: CleanupParts;
  #nextDirectory = 0;
  #running: Promise<CleanupReport> | undefined;
  #stopped = false;

  constructor(parts: CleanupParts) {
    this.#parts = parts;
  }

  /** One pass; a call during a pass joins it. `directories`: how many to compare with the index. */
  pass(directories: number = DIRECTORIES): Promise<CleanupReport> {
    this.#running ??= this.#pass(directories).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends a pass after its present step. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => undefined);
  }

  async #pass(directories: number): Promise<CleanupReport> {
    const expired = await this.#repeat(() => this.#dropExpired());
    await this.#parts.graveyard.retry();
    const reclaimed = await this.#reclaim();
    let strays = await this.#strays("tmp");
    for (let n = 0; n < Math.min(directories, FAN_OUT) && !this.#stopped; n++) {
      strays += await this.#strays(this.#parts.files.directory(this.#nextDirectory));
      this.#nextDirectory = (this.#nextDirectory + 1) % FAN_OUT;
    }
    return { expired, reclaimed, strays };
  }

  async #repeat(step: () => Promise<number>): Promise<number> {
    let sum = 0;
    for (let done = STEP; done === STEP && !this.#stopped; await nextTurn()) {
      done = await step();
      sum += done;
    }
    return sum;
  }

  async #dropExpired(): Promise<number> {
    const { room, writes, graveyard, clock } = this.#parts;
    const dropped = await writes.run(() => {
      const expired = room.expired(clock.now(), STEP);
      for (const found of expired) room.drop(found);
      return expired;
    });
    await graveyard.dig(
      dropped.filter(({ head }) => head.inFile).map(({ head }) => ({ id: head.id })),
    );
    return dropped.length;
  }

  async #reclaim(): Promise<number> {
    const { pending, graveyard, writes } = this.#parts;
    return this.#repeat(async () => {
      if (pending.orphans(1).length === 0) return 0;
      // Judged under the write lock. A process may have given its file an entry and ended since a snapshot was taken; and what it had
      // committed when it was killed shows in no snapshot before the next transaction that writes.
      const orphans = await writes.run(() => pending.orphans(STEP));
      await graveyard.dig(orphans.map((id) => ({ id })));
      // What could not be unlinked stays for the next pass.
      return orphans.filter((id) => pending.has(id)).length === 0 ? orphans.length : 0;
    });
  }

  /** Files of one directory without a row of any kind. Rows come before files, so none of them is under way. */
  async #strays(directory: string): Promise<number> {
    const { environment, index, pending, files } = this.#parts;
    const names = await files.list(directory);
    // Looked up in a snapshot that is younger than the listing: in an older one a file that was just written has no row yet.
    environment.refresh();
    let strays = 0;
    for (const [n, id] of names.entries()) {
      if (this.#stopped) break;
      if (n % STEP === STEP - 1) await nextTurn();
      if (!/^[0-9a-f]{32}$/.test(id)) continue;
      if (index.files.doesExist(Buffer.from(id, "hex")) || pending.has(id)) continue;
      await files.discard(id);
      strays++;
    }
    return strays;
  }
}
