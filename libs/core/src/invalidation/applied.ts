import { setImmediate as nextTurn } from "node:timers/promises";
import {
  START,
  type LogHead,
  type LogNews,
  type LogSnapshot,
  type Position,
} from "@cogniverse/sdk";
import type { Mirror } from "./mirror.ts";

/** Records that the first load takes in before it lets the event loop run: some milliseconds. */
const AT_ONCE = 2048;

/** How far the mirror is level with the log: records go in gapless and in order, or not at all. */
export class Applied {
  readonly #mirror: Mirror;
  #head: LogHead | undefined;

  constructor(mirror: Mirror) {
    this.#mirror = mirror;
  }

  /** The log's head that the mirror is level with; `undefined` before the first snapshot. */
  get head(): LogHead | undefined {
    return this.#head;
  }

  get position(): Position {
    return this.#head?.position ?? START;
  }

  /**
   * Begins anew from what another log, or one that went on too far, says. `before`: the head when the reading of the snapshot began; where news took the
   * mirror past the snapshot since then, it has all that the snapshot says. The first load is done in slices, between which the event loop
   * runs: nobody serves by the mirror before. A later one is done in one step, since what was dead must not seem alive in between.
   */
  async load({ head, records }: LogSnapshot, before: LogHead | undefined): Promise<void> {
    if (this.#head !== before && this.covers(head)) return;
    const isFirst = this.#head === undefined;
    this.#mirror.reset();
    for (const [at, record] of records.entries()) {
      if (isFirst && at > 0 && at % AT_ONCE === 0) await nextTurn();
      this.#mirror.apply(record);
    }
    this.#head = head;
    this.#mirror.tellPurges(isFirst);
  }

  /**
   * Applies what is later than the mirror. `undefined`: something lies in between, or they are of another log, so only the log itself can tell (protocol
   * rule 10); else whether anything was new. Records read before others landed may begin earlier.
   */
  take({ head, records }: LogNews): boolean | undefined {
    const before = this.#head;
    if (before === undefined || before.logId !== head.logId) return undefined;
    if (head.position <= before.position) return false;
    if (head.position - records.length > before.position) return undefined;
    for (const record of records) if (record.position > before.position) this.#mirror.apply(record);
    this.#head = head;
    this.#mirror.tellPurges(false);
    return true;
  }

  covers(head: LogHead): boolean {
    return this.#head?.logId === head.logId && this.position >= head.position;
  }
}
