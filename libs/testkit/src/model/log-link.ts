import {
  CacheError,
  START,
  type Clock,
  type InvalidationLog,
  type LogHead,
  type LogNews,
  type LogSession,
  type ShortCut,
} from "@cogniverse/sdk";
import type { Link } from "./link.ts";
import type { LogServer } from "./log-server.ts";
import type { Newsroom } from "./newsroom.ts";
import type { TableServer } from "./table-server.ts";
import { TableWitness } from "./table-witness.ts";
import type { Life } from "./turns.ts";

/** D of the log of a world, in milliseconds. */
const LEASE_MS = 200;

/** So often somebody else may be faster in changing the head. */
const MOST_RACES = 8;

/** What one node's way to the log is made of. `table`: that of the log's own server; `newsroom` left out: nobody announces. */
export interface LogLinkOptions {
  readonly server: LogServer;
  readonly link: Link;
  readonly life: Life;
  readonly clock: Clock;
  readonly session: string;
  readonly table: TableServer | undefined;
  readonly newsroom: Newsroom | undefined;
  readonly sharesClock: boolean;
}

/** The log of a world as one node sees it. */
export function logLink(options: LogLinkOptions): InvalidationLog {
  const { server, link, table, sharesClock } = options;
  return {
    leaseMs: LEASE_MS,
    ...(sharesClock ? { sharesClock } : {}),
    append: (records, how) => link.call(() => server.append(records, how?.unless)),
    head: () => link.call(() => server.head()),
    read: (from) => link.call(() => server.read(from)),
    snapshot: () => link.call(() => server.snapshot()),
    forgetTenant: (tenantId, before) => link.call(() => server.forgetTenant(tenantId, before)),
    ...(table === undefined ? {} : { session: () => new ModelSession(table, options) }),
    ...(server.head().shortCut === undefined
      ? {}
      : { changeShortCut: (edit) => changeShortCut(options, edit) }),
  };
}

/** As over an object store: read the head, replace that very head. */
async function changeShortCut(
  { server, link }: LogLinkOptions,
  edit: (now: ShortCut) => ShortCut | undefined,
): Promise<LogHead> {
  for (let race = 0; race < MOST_RACES; race++) {
    const [head, version] = await link.call(() => [server.head(), server.version] as const);
    const next = edit(head.shortCut ?? { table: "", alone: [] });
    if (next === undefined) return head;
    const replaced = await link.call(() => server.replace(next, version));
    if (replaced !== undefined) return replaced;
  }
  throw new CacheError("tier_unavailable", "Others change the head of the log all the time", {
    retryable: true,
  });
}

/** A session that keeps to protocol rules 9 to 11: registering and reading are one step of the server. */
class ModelSession implements LogSession {
  readonly announce: ((news: LogNews) => void) | undefined;
  readonly watch: LogSession["watch"];
  readonly #options: LogLinkOptions;
  readonly #table: TableServer;
  readonly #witness: TableWitness;
  #incarnation: Readonly<{ id: string; at: number }> | undefined;

  constructor(table: TableServer, options: LogLinkOptions) {
    this.#options = options;
    this.#table = table;
    this.#witness = new TableWitness({ ...options, table, leaseMs: () => LEASE_MS });
    const { newsroom, session, life, link } = options;
    newsroom?.join(session, life, link);
    this.announce = newsroom && ((news) => newsroom.publish(session, news));
    this.watch = newsroom && ((wake) => newsroom.subscribe(session, wake));
  }

  read: LogSession["read"] = (from) => this.#standing(from, () => this.#options.server.read(from));

  snapshot: LogSession["snapshot"] = () =>
    this.#standing({ logId: "", position: START }, () => this.#options.server.snapshot());

  applied(head: LogHead): void {
    const { link, session } = this.#options;
    link.send(() => this.#table.applied(session, head));
  }

  settled(head: LogHead): Promise<number | undefined> {
    return this.#witness.settled(head, ({ incarnation }) => incarnation);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { link, session } = this.#options;
    await link.call(() => this.#table.leave(session));
  }

  async #standing<R>(applied: LogHead, read: () => R): Promise<R> {
    const { link, session } = this.#options;
    const [answer, view] = await link.call(() => {
      this.#table.renew(session, applied);
      return [read(), this.#table.view(session)] as const;
    });
    this.#witness.look(view);
    if (view.confirmed === "") this.#confirm(view.incarnation);
    return answer;
  }

  /** A table known for D holds all who can serve. */
  #confirm(incarnation: string): void {
    const { link, clock } = this.#options;
    const now = clock.monotonic();
    if (this.#incarnation?.id !== incarnation) this.#incarnation = { id: incarnation, at: now };
    else if (now - this.#incarnation.at >= LEASE_MS)
      link.send(() => this.#table.confirm(incarnation));
  }
}
