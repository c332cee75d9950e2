import type { Clock, LogHead, LogNews, SessionSeat, SessionTable } from "@cogniverse/sdk";
import type { Link } from "./link.ts";
import type { Newsroom } from "./newsroom.ts";
import type { TableServer } from "./table-server.ts";
import { TableWitness } from "./table-witness.ts";
import type { Life } from "./turns.ts";

/** One node's way to a table beside the log. */
export interface TableLinkOptions {
  readonly table: TableServer;
  readonly link: Link;
  readonly clock: Clock;
  readonly life: Life;
  readonly newsroom: Newsroom | undefined;
}

/** The table of a world as one node sees it. */
export function tableLink(options: TableLinkOptions): SessionTable {
  return { seat: (session, leaseMs) => new ModelSeat(session, leaseMs, options) };
}

class ModelSeat implements SessionSeat {
  readonly #session: string;
  readonly #options: TableLinkOptions;
  readonly #witness: TableWitness;

  constructor(session: string, leaseMs: () => number, options: TableLinkOptions) {
    this.#session = session;
    this.#options = options;
    this.#witness = new TableWitness({ ...options, session, leaseMs });
    options.newsroom?.join(session, options.life, options.link);
  }

  async report(head: LogHead): Promise<string> {
    const { table, link } = this.#options;
    const view = await link.call(() => {
      table.renew(this.#session, head);
      return table.view(this.#session);
    });
    this.#witness.look(view);
    return view.incarnation;
  }

  settled(head: LogHead, naming: string): Promise<number | undefined> {
    return this.#witness.settled(head, () => naming);
  }

  confirm(naming: string): Promise<void> {
    const { table, link } = this.#options;
    return link.call(() => table.confirm(naming));
  }

  announce(news: LogNews): void {
    this.#options.newsroom?.publish(this.#session, news);
  }

  watch(wake: (news?: LogNews) => void): Disposable {
    const { newsroom } = this.#options;
    return newsroom?.subscribe(this.#session, wake) ?? { [Symbol.dispose]: () => undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { table, link } = this.#options;
    await link.call(() => table.leave(this.#session));
  }
}
