import {
  CacheHistory,
  type FillNote,
  type Killing,
  type Placed,
  type PutNote,
} from "@cogniverse/testkit";
import type { LogEpochs } from "./log-epochs.ts";
import { READ_KEYS, soakKeys, TENANTS } from "./soak-keys.ts";
import type { SoakDone, SoakEnd, SoakRead, SoakWrite } from "./soak-words.ts";

/** A write of which the end may never be heard. */
interface OpenWrite {
  readonly write: SoakWrite;
  readonly version: number;
  readonly put: PutNote | undefined;
}

type Ended = Readonly<{ node: number; done: SoakEnd; placed: Placed; fill: FillNote | undefined }> &
  OpenWrite;

type Pending = Readonly<{ node: number; done: SoakRead }> | Ended;

/** Whatever ended as no call may. */
export type SoakFault = Readonly<{ node: number; done: SoakDone; why: string }>;

/** A write that was acknowledged or refused, as it is told to people. */
export type SeenWrite = Readonly<{
  node: number;
  write: SoakWrite;
  done: SoakEnd;
  version: number;
}>;

/** So many of the last writes are kept, to tell what was around a fault. */
const KEPT_WRITES = 2000;

/**
 * Judges what processes tell, while they run: each call once all is told that ended before it did, and in that order. What is judged is forgotten, so
 * that memory does not grow with reads.
 */
export class SoakJudge {
  readonly faults: SoakFault[] = [];
  readonly lastWrites: SeenWrite[] = [];
  /** Reads that answered something. */
  reads = 0;
  /** Of those, by a compute of their own. */
  computes = 0;
  readonly #history = new CacheHistory({ keys: soakKeys });
  readonly #epochs: LogEpochs;
  readonly #open = new Map<string, OpenWrite>();
  /** By node: all calls that began before are over and told. */
  readonly #told = new Map<number, number>();
  #pending: Pending[] = [];

  constructor(epochs: LogEpochs) {
    this.#epochs = epochs;
  }

  versionOf(entry: Readonly<{ tenant: string; key: string }>): number {
    return this.#history.versionOf(entry);
  }

  /** Until when all calls of all nodes have been told; Infinity without nodes. */
  get toldUntil(): number {
    return Math.min(...this.#told.values());
  }

  /** A node will call. */
  joins(node: number, now: number): void {
    this.#told.set(node, now);
  }

  /** It will tell nothing more. What it was about may have happened, or not. */
  left(node: number, now: number): void {
    const since = this.#told.get(node) ?? now;
    this.#told.delete(node);
    for (const id of this.#open.keys()) if (id.startsWith(`${node} `)) this.#open.delete(id);
    for (const tenant of TENANTS)
      for (const key of READ_KEYS) this.#history.filling({ tenant, key }, since).ended = now;
  }

  /** A write begins: what it speaks of changes at the source. Gives the version of its key. */
  begins(node: number, id: number, write: SoakWrite, at: number): number {
    const { tenant } = write;
    let version = 0;
    let put: PutNote | undefined;
    if (write.do === "invalidate") {
      for (const key of soakKeys.keysOf(write.scope)) this.#history.change({ tenant, key }, at);
    } else {
      const entry = { tenant, key: write.key };
      const stays = write.do === "putSince";
      version = stays ? this.#history.versionOf(entry) : this.#history.change(entry, at);
      if (write.do === "put") put = this.#history.putting(entry, version);
    }
    this.#open.set(`${node} ${id}`, { write, version, put });
    return version;
  }

  /** Calls of a node that are over; those that are not began at `openSince` or later. */
  called(node: number, calls: readonly SoakDone[], openSince: number): void {
    if (!this.#told.has(node)) return;
    this.#told.set(node, openSince);
    for (const done of calls) {
      if ("end" in done) this.#ended(node, done);
      else {
        if (done.computed) this.#history.filling(done, done.began).ended = done.ended;
        this.#pending.push({ node, done });
      }
    }
  }

  /** Judges all that can be. */
  judge(): void {
    const until = this.toldUntil;
    const due = this.#pending.filter(({ done }) => done.ended < until);
    this.#pending = this.#pending.filter(({ done }) => done.ended >= until);
    for (const one of due.toSorted((a, b) => a.done.ended - b.done.ended))
      if ("write" in one) this.#judgeWrite(one);
      else this.#judgeRead(one.node, one.done);
    const oldest = this.#pending.reduce((min, { done }) => Math.min(min, beginOf(done)), until);
    this.#history.settle(oldest);
  }

  #ended(node: number, done: SoakEnd): void {
    const id = `${node} ${done.end}`;
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    const { write } = open;
    let fill: FillNote | undefined;
    if (write.do === "putSince" || write.do === "refresh") {
      fill = this.#history.filling(write, done.asked);
      if (isAcknowledged(done)) fill.ended = done.ended;
    }
    const placed = this.#epochs.placed(done.position, done.began);
    this.#pending.push({ node, done, placed, fill, ...open });
  }

  #judgeRead(node: number, done: SoakRead): void {
    const { value, error, computed, began } = done;
    if (error !== undefined) this.faults.push({ node, done, why: `which failed: ${error}` });
    if (value === undefined) return;
    this.reads++;
    if (computed) this.computes++;
    const why = this.#history.fault(done, value, began);
    if (why !== undefined) this.faults.push({ node, done, why });
  }

  #judgeWrite({ node, write, version, put, done, placed, fill }: Ended): void {
    this.lastWrites.push({ node, write, version, done });
    if (this.lastWrites.length > KEPT_WRITES) this.lastWrites.splice(0, KEPT_WRITES / 2);
    if (done.error !== undefined)
      this.faults.push({ node, done, why: `${nameOf(write)} threw ${done.error}` });
    if (!isAcknowledged(done)) return;
    const superseded = done.superseded === true;
    const place = superseded ? undefined : placed;
    if (put !== undefined) Object.assign(put, { acked: done.ended, placed: place, superseded });
    const killing = killingOf(node, write, version, done);
    if (superseded && write.do !== "invalidate") {
      // It gave way to whatever came after it took its position.
      const since = write.do === "putSince" ? { ...killing, began: done.asked } : killing;
      this.#history.gaveWay(write, since, fill, done.ended);
    } else this.#history.killed(killing, place, done.ended);
  }
}

function killingOf(node: number, write: SoakWrite, version: number, done: SoakEnd): Killing {
  const { tenant } = write;
  const by = `${nameOf(write)} by node ${node}, begun at ${done.began.toFixed(3)}${done.position === undefined ? "" : `, position ${done.position}`}`;
  const about = { tenant, by, began: done.began };
  if (write.do === "invalidate") return { ...about, scope: write.scope, mode: write.mode };
  const from = write.do === "putSince" ? { from: version } : {};
  return { ...about, ...from, scope: { kind: "key", value: write.key }, mode: "hard" };
}

/** Whether it was told that nothing from before can be served any more. */
export function isAcknowledged({ code, error }: SoakEnd): boolean {
  return code === undefined && error === undefined;
}

/** What a write is called where it is told of. */
export function nameOf(write: SoakWrite): string {
  if (write.do !== "invalidate") return `${write.do} of ${write.key} of ${write.tenant}`;
  const { scope, tenant, mode } = write;
  const what = scope.kind === "tenant" ? "all" : `${scope.kind} ${scope.value}`;
  return `${mode} invalidation of ${what} of ${tenant}`;
}

function beginOf(done: SoakDone): number {
  return "asked" in done ? done.asked : done.began;
}
