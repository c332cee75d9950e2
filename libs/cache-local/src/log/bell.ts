import { closeSync, constants, openSync, writeSync } from "node:fs";
import { watchFile } from "./watch-file.ts";

const STROKE = Buffer.of(1);

/**
 * Wakes all processes that watch a small file, by writing to it. What it holds means nothing, and nothing is lost but time where a stroke is not
 * heard: nobody serves by it.
 */
export class Bell {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Costs one write of a byte to the page cache. A failure is passed over. */
  ring(): void {
    try {
      writeSync(this.#open(), STROKE, 0, 1, 0);
    } catch {
      // Who is not woken reads at its next heartbeat.
    }
  }

  /** As {@link watchFile}. */
  watch(wake: () => void, failed: (error: unknown) => void): Disposable {
    try {
      this.#open();
    } catch {
      // Watching a file that is not there fails with the better reason.
    }
    return watchFile(this.#path, wake, failed);
  }

  /** Idempotent; nobody rings afterwards. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    this.#file ??= openSync(this.#path, constants.O_RDWR | constants.O_CREAT);
    return this.#file;
  }
}
