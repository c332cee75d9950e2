import {
  START,
  toPosition,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogSnapshot,
  type NewRecord,
} from "@cogniverse/sdk";

/** Counts records and keeps none, so that what grows is the mirror alone. Sound as long as one manager appends, which hears of its own records. */
export class ForgetfulLog implements InvalidationLog {
  /** As for a log that nobody else reads, unless told otherwise. */
  readonly leaseMs: number;
  readonly sharesClock: boolean;
  #head: LogHead = { logId: "forgetful", position: START };

  constructor(leaseMs = 0) {
    this.leaseMs = leaseMs;
    this.sharesClock = leaseMs === 0;
  }

  async append(records: readonly NewRecord[]): Promise<LogHead> {
    const position = toPosition(this.#head.position + records.length);
    this.#head = { ...this.#head, position };
    return this.#head;
  }

  async head(): Promise<LogHead> {
    return this.#head;
  }

  async read(): Promise<LogDelta> {
    return { type: "records", head: this.#head, records: [] };
  }

  async snapshot(): Promise<LogSnapshot> {
    return { head: this.#head, records: [] };
  }
}
