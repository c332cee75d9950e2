import {
  CacheError,
  type Call,
  type LogHead,
  type LogNews,
  type SessionSeat,
  type SessionTable,
} from "@cogniverse/sdk";
import type { TierConnection } from "./tier-connection.ts";

/**
 * The table of sessions of a tier that is not there yet; `undefined` where its module announces none. Until it is, every session is one that cannot
 * reach the table.
 */
export function deferredSessions(connection: TierConnection): SessionTable | undefined {
  if (connection.tier.module.profile?.sessions !== true) return undefined;
  return { seat: (session, leaseMs) => new DeferredSeat(connection, session, leaseMs) };
}

class DeferredSeat implements SessionSeat {
  readonly #connection: TierConnection;
  readonly #open: () => SessionSeat;
  #inner: SessionSeat | undefined;

  constructor(connection: TierConnection, session: string, leaseMs: () => number) {
    this.#connection = connection;
    this.#open = () => {
      const { sessions } = connection.require();
      if (sessions !== undefined) return sessions.seat(session, leaseMs);
      const { name } = connection.tier;
      throw new CacheError("tier_unavailable", `Tier "${name}" announces sessions and has none`);
    };
  }

  async report(head: LogHead, call?: Call): Promise<string> {
    return this.#seat().report(head, call);
  }

  async settled(head: LogHead, naming: string, call?: Call): Promise<number | undefined> {
    return this.#seat().settled(head, naming, call);
  }

  async confirm(naming: string, call?: Call): Promise<void> {
    return this.#seat().confirm(naming, call);
  }

  announce(news: LogNews): void {
    this.#inner?.announce(news);
  }

  watch(wake: (news?: LogNews) => void): Disposable {
    let inner: Disposable | undefined;
    const stop = this.#connection.whenUp(() => {
      inner = this.#seat().watch(wake);
    });
    return {
      [Symbol.dispose]: () => {
        stop[Symbol.dispose]();
        inner?.[Symbol.dispose]();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner?.[Symbol.asyncDispose]();
  }

  #seat(): SessionSeat {
    return (this.#inner ??= this.#open());
  }
}
