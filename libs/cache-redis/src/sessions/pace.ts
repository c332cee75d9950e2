import type { BackendContext } from "@cogniverse/sdk";

/** Why acknowledgements take D. */
export type Delay = "new" | "silent" | "away";

const WHY: Readonly<Record<Delay, string>> = {
  new: "who serves has been registered anew since Redis was started, flushed or failed over, and that counts once it is as old as that",
  silent:
    "a node that serves does not say that it has the last records; it is left out once it was silent for so long",
  away: "Redis does not answer who serves",
};

/** Tells an operator how long acknowledgements take: one line for each change. */
export class Pace {
  readonly #context: Pick<BackendContext, "tier" | "logger">;
  #delay: Delay | undefined;

  constructor(context: Pick<BackendContext, "tier" | "logger">) {
    this.#context = context;
  }

  short(): void {
    if (this.#delay === undefined) return;
    this.#delay = undefined;
    const { tier, logger } = this.#context;
    logger.info(`Redis tier "${tier}": acknowledgements are short again`);
  }

  long(delay: Delay, leaseMs: number): void {
    if (this.#delay === delay) return;
    this.#delay = delay;
    const { tier, logger } = this.#context;
    const level = delay === "new" ? "info" : "warn";
    logger[level](`Redis tier "${tier}": acknowledgements take ${leaseMs} ms: ${WHY[delay]}`);
  }
}
