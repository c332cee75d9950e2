import type { InvalidationMode, Scope } from "@cogniverse/sdk";
import { catalogKey, keysOf } from "./key-catalog.ts";
import type { ModelEntry } from "./program.ts";

/** What programs store: whose it is, and of each source that went into it the version. */
export type ModelValue = ModelEntry & Readonly<{ of: Readonly<Record<string, number>> }>;

/** A place in the log, as far as it is known: positions compare only within one log. */
export type Placed = Readonly<{ logId: string; position: number }> | undefined;

/** An acknowledged call that killed. `from`: spares this version of the key and later ones, which it put in place itself. */
interface Kill {
  readonly by: string;
  readonly began: number;
  readonly acked: number;
  readonly placed: Placed;
  readonly from: number;
}

/** A version that a put brought. */
interface PutNote {
  acked: number;
  placed: Placed;
  superseded: boolean;
}

/** A call that stores what it read itself, such as a refresh. */
export interface FillNote {
  readonly began: number;
  ended: number;
}

/** The truth about one key of one tenant: when each of its versions was replaced at the source, who put what, and what killed. */
class Cell {
  /** At `n`: the moment at which version n + 1 came. */
  readonly changes: number[] = [];
  readonly puts = new Map<number, PutNote>();
  readonly kills: Kill[] = [];
  /** Calls that put something in place which they read or computed themselves. */
  readonly fills: FillNote[] = [];

  get version(): number {
    return this.changes.length;
  }
}

/** An invalidation under way. */
export interface Killing {
  readonly tenant: string;
  readonly scope: Scope;
  readonly mode: InvalidationMode;
  readonly by: string;
  readonly began: number;
  readonly from?: number;
}

/**
 * The sequential model. Time is the number of events so far. A version of a source is current until an invalidation of it, which began after the source had
 * changed, is acknowledged; a read may return only what was current at its beginning or came later. Two overlapping puts are ordered by their places in the
 * log, where both are known, else not at all.
 */
export class History {
  readonly #cells = new Map<string, Cell>();
  readonly #grace: boolean;
  #now = 0;

  /** `grace`: a soft invalidation lets the old value be served while it is computed anew. */
  constructor(grace: boolean) {
    this.#grace = grace;
  }

  /** The next moment. */
  tick(): number {
    return ++this.#now;
  }

  versionOf(entry: ModelEntry): number {
    return this.#cell(entry).version;
  }

  /** The source changes; gives its new version. */
  change(entry: ModelEntry): number {
    return this.#cell(entry).changes.push(this.tick());
  }

  /** A put of this version begins. */
  putting(entry: ModelEntry, version: number): PutNote {
    const note: PutNote = { acked: Infinity, placed: undefined, superseded: false };
    this.#cell(entry).puts.set(version, note);
    return note;
  }

  /** A refresh, or a put of what was read before, begins. */
  filling(entry: ModelEntry): FillNote {
    const note = { began: this.tick(), ended: Infinity };
    this.#cell(entry).fills.push(note);
    return note;
  }

  /** From now on no read that begins may return what the call killed. */
  killed({ tenant, scope, mode, by, began, from }: Killing, placed: Placed): void {
    const acked = this.tick();
    if (mode === "soft" && this.#grace) return;
    for (const key of keysOf(scope))
      this.#cell({ tenant, key }).kills.push({ by, began, acked, placed, from: from ?? Infinity });
  }

  /** A put gave way. What it was to replace died all the same, but for what may have been stored at the same time: that may be what it gave way to. */
  gaveWay(entry: ModelEntry, killing: Killing, own?: FillNote): void {
    const { fills } = this.#cell(entry);
    if (!fills.some((fill) => fill !== own && fill.ended > killing.began))
      this.killed(killing, undefined);
  }

  /** Why a read that began then may not have returned this; `undefined` where it may. */
  fault(entry: ModelEntry, value: unknown, began: number): string | undefined {
    if (!isModelValue(value)) return `which is nothing that was ever stored`;
    if (value.tenant !== entry.tenant) return `which is of the tenant ${value.tenant}`;
    if (value.key !== entry.key) return `which is of ${value.key}`;
    for (const [key, version] of Object.entries(value.of)) {
      const cell = this.#cell({ tenant: entry.tenant, key });
      if (!(version >= 0 && version <= cell.version))
        return `of which ${key} never had version ${version}`;
      if (cell.puts.get(version)?.superseded === true && catalogKey(key).made === "put")
        return `of which version ${version} of ${key} was told to be superseded`;
      const kill = cell.kills.find((k) => k.acked < began && kills(k, cell, key, version));
      if (kill !== undefined)
        return `of which version ${version} of ${key} had died by ${kill.by}, acknowledged at ${kill.acked}`;
    }
    return undefined;
  }

  #cell({ tenant, key }: ModelEntry): Cell {
    const id = `${tenant} ${key}`;
    let cell = this.#cells.get(id);
    if (cell === undefined) this.#cells.set(id, (cell = new Cell()));
    return cell;
  }
}

function kills(kill: Kill, cell: Cell, key: string, version: number): boolean {
  if (version >= kill.from) return false;
  // What is computed may be read again from a source that has not changed since; what only puts make is gone for good.
  const changedAt = catalogKey(key).made === "put" ? 0 : cell.changes[version];
  if (changedAt === undefined || kill.began < changedAt) return false;
  const put = cell.puts.get(version);
  if (put === undefined) return true;
  const { placed } = put;
  return placed !== undefined && placed.logId === kill.placed?.logId
    ? kill.placed.position > placed.position
    : kill.began > put.acked;
}

function isModelValue(value: unknown): value is ModelValue {
  return (
    typeof value === "object" &&
    value !== null &&
    "tenant" in value &&
    "key" in value &&
    "of" in value &&
    typeof value.of === "object" &&
    value.of !== null
  );
}
