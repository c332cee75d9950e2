import type { InvalidationMode, Scope } from "@cogniverse/sdk";
import { type KeyCatalog, programKeys } from "./key-catalog.ts";
import { type Kill, type Placed, withoutOutdone } from "./kills.ts";
import type { ModelEntry } from "./program.ts";

/** What is stored: whose it is, of each source that went into it the version, and of each that was looked for and was not there the version that was then. */
export type ModelValue = ModelEntry &
  Readonly<{
    of: Readonly<Record<string, number>>;
    without?: Readonly<Record<string, number>>;
  }>;

/** A version that a put brought. Who called it says here when it was acknowledged; of one that failed nothing is said. */
export interface PutNote {
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
  kills: Kill[] = [];
  /** Calls that put something in place which they read or computed themselves. */
  fills: FillNote[] = [];

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
 * How a history is judged. `grace`: a soft invalidation lets the old value be served while it is computed anew, default false; `keys`: what there is to
 * read, default the keys of random programs.
 */
export type HistoryOptions = Readonly<{ grace?: boolean; keys?: KeyCatalog }>;

/**
 * The sequential model: what a read may return. A version of a source is current until an invalidation of it, which began after the source had
 * changed, is acknowledged; a read may return only what was current at its beginning or came later. Two overlapping puts are ordered by their places in the
 * log, where both are known, else not at all. A call that failed, or whose process died, may have happened at any time since: it is told at its beginning, never at its end.
 *
 * Moments are numbers that grow: those of `tick`, or instants of one clock that all who call share, which are then given with every call. A read is judged
 * once all is told that ended before it began; apart from that the order in which things are told does not matter.
 */
export class CacheHistory {
  readonly #cells = new Map<string, Cell>();
  readonly #grace: boolean;
  readonly #keys: KeyCatalog;
  #now = 0;

  constructor({ grace = false, keys = programKeys }: HistoryOptions = {}) {
    this.#grace = grace;
    this.#keys = keys;
  }

  /** The next moment, where events are counted. */
  tick(): number {
    return ++this.#now;
  }

  /** That of the source now. */
  versionOf(entry: ModelEntry): number {
    return this.#cell(entry).version;
  }

  /** The source changes; gives its new version. */
  change(entry: ModelEntry, at: number = this.tick()): number {
    return this.#cell(entry).changes.push(at);
  }

  /** A put of this version begins. */
  putting(entry: ModelEntry, version: number): PutNote {
    const note: PutNote = { acked: Infinity, placed: undefined, superseded: false };
    this.#cell(entry).puts.set(version, note);
    return note;
  }

  /** A refresh, or a put of what was read before, begins. */
  filling(entry: ModelEntry, began: number = this.tick()): FillNote {
    const note = { began, ended: Infinity };
    this.#cell(entry).fills.push(note);
    return note;
  }

  /** From now on no read that begins may return what the call killed. */
  killed(killing: Killing, placed: Placed, acked: number = this.tick()): void {
    const { tenant, scope, mode, by, began, from = Infinity } = killing;
    if (mode === "soft" && this.#grace) return;
    for (const key of this.#keys.keysOf(scope))
      this.#cell({ tenant, key }).kills.push({ by, began, acked, placed, from });
  }

  /** A put gave way. What it was to replace died all the same, but for what may have been stored at the same time: that may be what it gave way to. */
  gaveWay(entry: ModelEntry, killing: Killing, own?: FillNote, acked: number = this.tick()): void {
    const { fills } = this.#cell(entry);
    if (!fills.some((fill) => fill !== own && fill.ended > killing.began && fill.began < acked))
      this.killed(killing, undefined, acked);
  }

  /** Why a read that began then may not have returned this; `undefined` where it may. */
  fault(entry: ModelEntry, value: unknown, began: number): string | undefined {
    if (!isModelValue(value)) return `which is nothing that was ever stored`;
    if (value.tenant !== entry.tenant) return `which is of the tenant ${value.tenant}`;
    if (value.key !== entry.key) return `which is of ${value.key}`;
    for (const [key, version] of Object.entries(value.of)) {
      const cell = this.#cell({ tenant: entry.tenant, key });
      const isPut = this.#keys.get(key).made === "put";
      if (!(version >= 0 && version <= cell.version))
        return `of which ${key} never had version ${version}`;
      if (cell.puts.get(version)?.superseded === true && isPut)
        return `of which version ${version} of ${key} was told to be superseded`;
      const kill = cell.kills.find((k) => k.acked < began && kills(k, cell, isPut, version));
      if (kill !== undefined)
        return `of which version ${version} of ${key} had died by ${kill.by}, acknowledged at ${kill.acked}`;
    }
    return this.#missed(value, began);
  }

  /** What was not there stays so until a put of it is acknowledged that began later. */
  #missed({ tenant, without = {} }: ModelValue, began: number): string | undefined {
    for (const [key, version] of Object.entries(without)) {
      for (const [later, { acked, superseded }] of this.#cell({ tenant, key }).puts)
        if (later > version && acked < began && !superseded)
          return `made without ${key}, of which a put was acknowledged at ${acked}`;
    }
    return undefined;
  }

  /**
   * Forgets what no longer makes a difference: no call that is still to be told or judged began before that moment. What is left grows with the changes of
   * sources, by a number each and by a note for each put, and not with reads and invalidations.
   */
  settle(before: number): void {
    for (const cell of this.#cells.values()) {
      cell.fills = cell.fills.filter(({ ended }) => ended >= before);
      cell.kills = withoutOutdone(cell.kills, before);
    }
  }

  #cell({ tenant, key }: ModelEntry): Cell {
    const id = `${tenant} ${key}`;
    let cell = this.#cells.get(id);
    if (cell === undefined) this.#cells.set(id, (cell = new Cell()));
    return cell;
  }
}

/** `isPut`: the key is made by puts alone. */
function kills(kill: Kill, cell: Cell, isPut: boolean, version: number): boolean {
  if (version >= kill.from) return false;
  // What is computed may be read again from a source that has not changed since; what only puts make is gone for good.
  const changedAt = isPut ? 0 : cell.changes[version];
  if (changedAt === undefined || kill.began < changedAt) return false;
  const put = cell.puts.get(version);
  if (put === undefined) return true;
  const { placed } = put;
  return placed !== undefined && placed.logId === kill.placed?.logId
    ? kill.placed.position > placed.position
    : kill.began > put.acked;
}

/** Whether it may have been stored by a program. */
export function isModelValue(value: unknown): value is ModelValue {
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
