import type { Logger, LogHead, Position } from "@cogniverse/sdk";

/** Tells an operator how it stands with the log: one line for each change of state, not for each attempt. */
export class LogStatus {
  readonly #logger: Logger;
  #reachable = true;

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
