import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { decodeReport, encodeReport, REPORT_BYTES, SEAT_BYTES, type Report } from "./seat-form.ts";
import { watchFile } from "./watch-file.ts";

/** Who sits where. */
type Sitting = Readonly<{ session: Uint8Array; seat: number | undefined }>;

/**
 * The file in which each session says how far it has applied the log: one seat each, overwritten in place and never flushed, since nothing of
 * it outlives the processes. Who sits where is in the table of members.
 */
export class Seats {
  readonly #path: string;
  readonly #file: number;
  readonly #own: Buffer = Buffer.alloc(REPORT_BYTES);
  #read: Buffer = Buffer.alloc(0);

  /** Makes the file if it is missing. Throws the system's error. */
  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT);
  }

  /** Throws where it is not surely written. */
  write(seat: number, report: Report): void {
    encodeReport(report, this.#own);
    const written = writeSync(this.#file, this.#own, 0, REPORT_BYTES, seat * SEAT_BYTES);
    if (written !== REPORT_BYTES) throw new Error("A report was not written whole");
  }

  /** Reads the first `count` seats in one step and answers for each session from that. */
  read(count: number): (of: Sitting) => Report | undefined {
    if (this.#read.length < count * SEAT_BYTES) this.#read = Buffer.alloc(count * SEAT_BYTES);
    const bytes = readSync(this.#file, this.#read, 0, count * SEAT_BYTES, 0);
    const found = this.#read.subarray(0, bytes);
    return ({ seat, session }) => {
      if (seat === undefined) return undefined;
      return decodeReport(found.subarray(seat * SEAT_BYTES, (seat + 1) * SEAT_BYTES), session);
    };
  }

  /** As {@link watchFile}: somebody wrote a report. */
  watch(changed: () => void): Disposable {
    return watchFile(this.#path, changed, () => undefined);
  }

  /** Call once; nothing may be called afterwards. */
  close(): void {
    closeSync(this.#file);
  }
}
