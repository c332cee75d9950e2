import {
  START,
  toPosition,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogRecord,
  type LogSnapshot,
  type NewRecord,
} from "@cogniverse/sdk";
import { threadCpuMs } from "./thread-cpu.ts";

/**
 * Counts records and keeps none, so that what grows is the mirror alone. Sound as long as one manager appends, which hears of its own records, and
 * reads its snapshot before it.
 */
export class ForgetfulLog implements InvalidationLog {
  /** As for a log that nobody else reads, unless told otherwise. */
  readonly leaseMs: number;
  readonly sharesClock: boolean;
  readonly #given: () => readonly LogRecord[];
  #head: LogHead = { logId: "forgetful", position: START };
  /** CPU that this thread had used when the last snapshot was handed over, in milliseconds. */
  snapshotAtCpuMs = 0;

  /** `given`: what is in it from the start, asked for with each snapshot and kept by nobody. */
  constructor(leaseMs: number = 0, given: () => readonly LogRecord[] = () => []) {
    this.leaseMs = leaseMs;
    this.sharesClock = leaseMs === 0;
    this.#given = given;
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
    const records = this.#given();
    const position = records.at(-1)?.position ?? START;
    if (position > this.#head.position) this.#head = { ...this.#head, position };
    this.snapshotAtCpuMs = threadCpuMs();
    return { head: this.#head, records };
  }
}
