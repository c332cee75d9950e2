import { type InvalidationLog, type LogHead, type LogSession, START } from "@cogniverse/sdk";

/** How sessions behave; left out, as they must. */
export interface SessionBehaviour {
  /** An acknowledgement waits for nobody. */
  readonly waits?: false;
  /** Who was given back is counted still. */
  readonly leaves?: false;
}

/** Who reads a log, and how far each has got. */
export class FullSessions {
  readonly #behaviour: SessionBehaviour;
  readonly #applied = new Map<symbol, LogHead>();
  readonly #gone = new Set<symbol>();
  readonly #asks = new Set<() => void>();

  constructor(behaviour: SessionBehaviour = {}) {
    this.#behaviour = behaviour;
  }

  session(log: Pick<InvalidationLog, "read" | "snapshot">): LogSession {
    const own = Symbol("session");
    const { waits, leaves } = this.#behaviour;
    return {
      read: async (from, call) => {
        this.#say(own, from);
        return log.read(from, call);
      },
      snapshot: async (call) => {
        this.#say(own, { logId: "none yet", position: START });
        return log.snapshot(call);
      },
      applied: (head) => this.#say(own, head),
      settled: (head) => (waits === false ? Promise.resolve(0) : this.#settled(own, head)),
      [Symbol.asyncDispose]: async () => {
        if (leaves === false) this.#gone.add(own);
        else this.#applied.delete(own);
        this.#ask();
      },
    };
  }

  #say(session: symbol, head: LogHead): void {
    this.#applied.set(session, head);
    this.#ask();
  }

  #ask(): void {
    for (const ask of this.#asks) ask();
  }

  #settled(own: symbol, { logId, position }: LogHead): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const ask = (): void => {
      const others = [...this.#applied].filter(([session]) => session !== own);
      const has = ([session, applied]: readonly [symbol, LogHead]): boolean =>
        this.#gone.has(session) || (applied.logId === logId && applied.position >= position);
      if (others.every(has)) resolve(others.length);
    };
    this.#asks.add(ask);
    ask();
    return promise.finally(() => this.#asks.delete(ask));
  }
}
