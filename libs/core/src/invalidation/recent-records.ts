import type { LogRecord, Position } from "@cogniverse/sdk";
import { sourcePathOf } from "../dependencies/source-record.ts";

/** So many records are kept whole. */
const KEPT = 1024;

/**
 * The last records of the log as they came in, of all tenants: who wrote them, when and why, which the mirror itself forgets. What killed a copy
 * that somebody asks for is nearly always among them.
 */
export class RecentRecords {
  readonly #ring: LogRecord[] = [];
  #next = 0;

  add(record: LogRecord): void {
    if (sourcePathOf(record.scope) !== undefined) return; // kills nothing
    this.#ring[this.#next] = record;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** The record at that place of the log, unless it came in too long ago. */
  at(position: Position): LogRecord | undefined {
    return this.#ring.find((record) => record.position === position);
  }

  clear(): void {
    this.#ring.length = 0;
    this.#next = 0;
  }
}
