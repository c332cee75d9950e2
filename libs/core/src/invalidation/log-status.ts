import type { Logger, LogHead, Position } from "@cogniverse/sdk";

/** Tells an operator how it stands with the log: one line for each change of state, not for each attempt. */
export class LogStatus {
  readonly #logger: Logger;
  #reachable = true;
  #by: "sessions" | "lease" | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** The log was read up to this position. */
  read(position: Position): void {
    if (this.#reachable) return;
    this.#reachable = true;
    this.#logger.info("invalidation log is reachable again: cached copies are served", {
      position,
    });
  }

  /** An attempt to read it failed. */
  lost(error: unknown): void {
    if (!this.#reachable) return;
    this.#reachable = false;
    const why = error instanceof Error ? error.message : String(error);
    this.#logger.warn(
      "invalidation log cannot be read: after the lease nothing cached is served, everything is computed",
      { why },
    );
  }

  /** What ended, or will end, the wait of an acknowledgement. How the first one is ended is no change. */
  acknowledges(by: "sessions" | "lease", leaseMs: number): void {
    const before = this.#by;
    this.#by = by;
    if (before === undefined || before === by) return;
    if (by === "sessions")
      this.#logger.info("invalidations are acknowledged as soon as every node has them");
    else
      this.#logger.warn(
        "invalidations are acknowledged only after the lease time: not every node that may serve could be asked",
        { leaseMs },
      );
  }

  /** What the log's snapshot says it is; `was`: what this node knew before. */
  loaded(was: LogHead | undefined, is: LogHead): void {
    if (was === undefined || was.logId === is.logId) return;
    const fields = { was: was.logId, is: is.logId };
    this.#logger.warn(
      "another invalidation log took over: every copy stored under the old one is dead",
      fields,
    );
  }
}
