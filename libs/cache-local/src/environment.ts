import { statSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { CacheError } from "@cogniverse/sdk";
import { open, TransactionFlags, type Database, type RootDatabase } from "lmdb";

/** One named table; keys and values are bytes, keys sort by their bytes. */
export type Table = Database<Uint8Array, Uint8Array>;

/** An LMDB environment that all users in this process share: LMDB allows one per directory and process. */
export interface Environment {
  /** The directory, without symbolic links. */
  readonly path: string;
  /** Names the data file among all that are open on this machine; a copy of it, or one in its place, has another name. */
  readonly place: string;
  /** Of the table that {@link Environment.table} opened first under this name. */
  table(name: string): Table;
  /** Runs `work` as one write transaction; a throw takes all of it back. Returns when it is committed and flushed. */
  transact<T>(work: () => T, sync: "before" | "after"): T;
  /** Makes the next read see every transaction that any process committed until now. */
  refresh(): void;
  /**
   * Throws where the data file is no longer the one that was opened: somebody removed or replaced the directory, and what is read here is
   * nobody else's any more.
   */
  checkPlace(): void;
  /** Bytes of the data file that hold or held pages; it never shrinks. */
  fileBytes(): number;
  /** Idempotent. The last user closes it. */
  release(): Promise<void>;
}

interface Shared {
  readonly root: RootDatabase<Uint8Array, Uint8Array>;
  readonly tables: Map<string, Table>;
  readonly file: FileId;
  users: number;
}

/** LMDB's key limit at its page size of 4 KiB. */
export const MAX_INDEX_KEY_BYTES = 1978;

// Abortable, committed before it returns. Without the third flag the data is on disk before the commit can be seen; with it (where lmdb keeps
// a flushed snapshot to fall back to) right after, outside the write lock that other processes wait for.
function flagsOf(sync: "before" | "after"): TransactionFlags {
  const flush = sync === "before" || process.platform === "win32";
  const { ABORTABLE, SYNCHRONOUS_COMMIT, NO_SYNC_FLUSH } = TransactionFlags;
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- flags that are put together are a plain number
  return ABORTABLE | SYNCHRONOUS_COMMIT | (flush ? 0 : NO_SYNC_FLUSH);
}

type FileId = Readonly<{ device: number; inode: number }>;

const NO_FILE: FileId = { device: -1, inode: -1 };

/** Which file the environment's data is in. */
function fileId(where: string): FileId | undefined {
  const found = statSync(join(where, "data.mdb"), { throwIfNoEntry: false });
  return found === undefined ? undefined : { device: found.dev, inode: found.ino };
}

function checkInPlace(where: string, { device, inode }: FileId): void {
  const now = fileId(where) ?? NO_FILE;
  if (now.device === device && now.inode === inode) return;
  throw new CacheError(
    "tier_unavailable",
    `${where} was removed or replaced while it was in use: restart this process. To empty a cache, invalidate its tenants`,
  );
}

const shared = new Map<string, Shared>();
const closing = new Map<string, Promise<void>>();

/** Opens or shares the environment at `path`, which is made if missing. `mapBytes`: address space to begin with; it grows. */
export async function openEnvironment(path: string, mapBytes: number): Promise<Environment> {
  await mkdir(path, { recursive: true });
  const where = await realpath(path);
  await closing.get(where);
  let found = shared.get(where);
  if (found === undefined) {
    const root = open<Uint8Array, Uint8Array>({
      path: where,
      encoding: "binary",
      keyEncoding: "binary",
      maxDbs: 16,
      mapSize: mapBytes,
    });
    found = { root, tables: new Map(), file: fileId(where) ?? NO_FILE, users: 0 };
    shared.set(where, found);
  }
  checkInPlace(where, found.file);
  found.users++;
  return new SharedEnvironment(where, found);
}

class SharedEnvironment implements Environment {
  readonly path: string;
  readonly place: string;
  readonly #shared: Shared;
  #released = false;

  constructor(where: string, own: Shared) {
    this.path = where;
    this.place = `${own.file.device}:${own.file.inode}`;
    this.#shared = own;
  }

  table(name: string): Table {
    let table = this.#shared.tables.get(name);
    if (table === undefined) {
      table = this.#shared.root.openDB<Uint8Array, Uint8Array>(name, {
        encoding: "binary",
        keyEncoding: "binary",
      });
      this.#shared.tables.set(name, table);
    }
    return table;
  }

  transact<T>(work: () => T, sync: "before" | "after"): T {
    this.#check();
    return this.#shared.root.transactionSync(work, flagsOf(sync));
  }

  refresh(): void {
    this.#check();
    this.#shared.root.resetReadTxn();
  }

  checkPlace(): void {
    checkInPlace(this.path, this.#shared.file);
  }

  fileBytes(): number {
    // lmdb types its statistics as {}.
    const stats = this.#shared.root.getStats() as { pageSize: number; lastPageNumber: number };
    return (stats.lastPageNumber + 1) * stats.pageSize;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    if (--this.#shared.users > 0) return;
    shared.delete(this.path);
    const closed = this.#shared.root.close();
    closing.set(this.path, closed);
    try {
      await closed;
    } finally {
      closing.delete(this.path);
    }
  }

  #check(): void {
    if (this.#released) throw new CacheError("closed", "The local tier was closed");
  }
}
