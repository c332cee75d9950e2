import type { Clock, InvalidationLog, LogHead, LogNews, LogSession } from "@cogniverse/sdk";
import type { Link } from "./link.ts";
import type { LogServer, TableView } from "./log-server.ts";
import type { Newsroom } from "./newsroom.ts";

/** D of the log of a world, in milliseconds. */
export const LEASE_MS = 200;

/** What one node's way to the log is made of. `newsroom` left out: nobody announces. */
export interface LogLinkOptions {
  readonly server: LogServer;
  readonly link: Link;
  readonly clock: Clock;
  readonly session: string;
  readonly sessions: boolean;
  readonly newsroom: Newsroom | undefined;
  readonly sharesClock: boolean;
}

/** The log of a world as one node sees it. */
export function logLink(options: LogLinkOptions): InvalidationLog {
  const { server, link, sessions, sharesClock } = options;
  return {
    leaseMs: LEASE_MS,
    ...(sharesClock ? { sharesClock } : {}),
    append: (records, how) => link.call(() => server.append(records, how?.unless)),
    head: () => link.call(() => server.head()),
    read: (from) => link.call(() => server.read(from)),
    snapshot: () => link.call(() => server.snapshot()),
    ...(sessions ? { session: () => new ModelSession(options) } : {}),
  };
}

/**
 * A session that keeps to protocol rules 9 to 11: registering and reading are one step of the server, and another session is dropped only by who saw its latest
 * renewal unchanged for D on his own monotonic clock.
 */
class ModelSession implements LogSession {
  readonly announce: ((news: LogNews) => void) | undefined;
  readonly watch: LogSession["watch"];
  readonly #options: LogLinkOptions;
  readonly #seen = new Map<string, Readonly<{ renewal: number; at: number }>>();
  #incarnation: Readonly<{ id: string; at: number }> | undefined;

  constructor(options: LogLinkOptions) {
    this.#options = options;
    const { newsroom, session } = options;
    this.announce = newsroom && ((news) => newsroom.publish(session, news));
    this.watch = newsroom && ((wake) => newsroom.subscribe(session, wake));
  }

  read: LogSession["read"] = async (from) => {
    const { server, link, session } = this.#options;
    const [delta, view] = await link.call(() => {
      server.renew(session, from);
      return [server.read(from), server.view(session)] as const;
    });
    this.#look(view);
    return delta;
  };

  snapshot: LogSession["snapshot"] = () => {
    const { server, link, session } = this.#options;
    return link.call(() => {
      server.renew(session, undefined);
      return server.snapshot();
    });
  };

  applied(head: LogHead): void {
    const { server, link, session } = this.#options;
    link.send(() => server.applied(session, head));
  }

  async settled(head: LogHead): Promise<number | undefined> {
    const { server, link, clock, session } = this.#options;
    const until = clock.monotonic() + LEASE_MS;
    while (clock.monotonic() < until) {
      const [view, logId] = await link.call(() => [server.view(session), server.logId] as const);
      this.#look(view);
      if (!view.isConfirmed || logId !== head.logId) return undefined;
      if (view.others.every((seat) => seat.applied >= head.position)) return view.others.length;
      await new Promise<void>((resolve) => clock.after(LEASE_MS / 8, resolve));
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { server, link, session } = this.#options;
    await link.call(() => server.leave(session));
  }

  /** Remembers what the table says, confirms a table known for D, drops whoever has not renewed for D. */
  #look({ incarnation, isConfirmed, others }: TableView): void {
    const { server, link, clock } = this.#options;
    const now = clock.monotonic();
    if (this.#incarnation?.id !== incarnation) this.#incarnation = { id: incarnation, at: now };
    else if (!isConfirmed && now - this.#incarnation.at >= LEASE_MS)
      link.send(() => server.confirm(incarnation));
    for (const { session, renewal } of others) {
      const seen = this.#seen.get(session);
      if (seen?.renewal !== renewal) this.#seen.set(session, { renewal, at: now });
      else if (now - seen.at >= LEASE_MS) link.send(() => server.drop(session, renewal));
    }
  }
}
