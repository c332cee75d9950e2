import { statfs } from "node:fs/promises";
import type { Clock } from "@cogniverse/sdk";
import type { Environment } from "./environment.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Limits } from "./room.ts";

/** Share of the file system, and bytes at most, that are left free where nothing is configured. */
const FREE_SHARE = 0.05;
const MOST_FREE_BYTES = 1e9;

/** How old a look at the file system may be when a file is to be written, in milliseconds. */
const LOOK_AGAIN_MS = 1000;

/** What {@link DiskLimits} looks at. */
export interface DiskLimitsParts {
  readonly index: Environment;
  readonly log: Environment;
  readonly clock: Clock;
}

/** The cap and what counts against it beside entries: the LMDB file of the index as it stands, and the log's. */
export class DiskLimits implements Limits {
  readonly #options: ResolvedOptions;
  readonly #index: Environment;
  readonly #log: Environment;
  readonly #clock: Clock;
  /** What this directory may take without eating into the file system's reserve, as last looked at. */
  #allowedBytes = Infinity;
  #lookedAt = -Infinity;

  constructor(options: ResolvedOptions, parts: DiskLimitsParts) {
    this.#options = options;
    this.#index = parts.index;
    this.#log = parts.log;
    this.#clock = parts.clock;
  }

  capBytes(): number {
    return Math.min(this.#options.capBytes, this.#allowedBytes);
  }

  indexFileBytes(): number {
    return this.#index.fileBytes();
  }

  otherBytes(): number {
    return this.#log.fileBytes();
  }

  /** Looks at the file system if the last look is old. `used`: what the directory takes now. A file system that does not say counts as large enough. */
  async look(used: () => number): Promise<void> {
    if (this.#clock.monotonic() - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = this.#clock.monotonic();
    const { minFreeBytes, basePath } = this.#options;
    const disk = await statfs(basePath).catch(() => undefined);
    if (disk === undefined) return;
    const share = Math.min(MOST_FREE_BYTES, disk.blocks * disk.bsize * FREE_SHARE);
    const reserve = minFreeBytes === "auto" ? share : minFreeBytes;
    this.#allowedBytes = used() + disk.bavail * disk.bsize - reserve;
  }
}
