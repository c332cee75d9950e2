import type { Clock, LogHead } from "@cogniverse/sdk";
import type { Link } from "./link.ts";
import type { TableServer, TableView } from "./table-server.ts";

/** What one session knows of the table, and how it asks. */
export interface WitnessOptions {
  readonly table: TableServer;
  readonly link: Link;
  readonly clock: Clock;
  readonly session: string;
  readonly leaseMs: () => number;
}

/** A session's view of the others: who was silent for D by its own monotonic clock is dropped, and who has got how far can be asked. */
export class TableWitness {
  readonly #options: WitnessOptions;
  readonly #seen = new Map<string, Readonly<{ renewal: number; at: number }>>();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** To be called with every view, when it has arrived: what it shows was so at some moment before. */
  look({ others }: TableView): void {
    const { table, link, clock, leaseMs } = this.#options;
    const now = clock.monotonic();
    for (const { session, renewal } of others) {
      const seen = this.#seen.get(session);
      if (seen?.renewal !== renewal) this.#seen.set(session, { renewal, at: now });
      else if (now - seen.at >= leaseMs()) link.send(() => table.drop(session, renewal));
    }
  }

  /** Asks until all others have applied what is up to `head`, for D at most; `naming`: what the table has to be confirmed as. */
  async settled(head: LogHead, naming: (view: TableView) => string): Promise<number | undefined> {
    const { table, link, clock, session, leaseMs } = this.#options;
    const until = clock.monotonic() + leaseMs();
    while (clock.monotonic() < until) {
      const view = await link.call(() => table.view(session));
      this.look(view);
      if (view.confirmed === "" || view.confirmed !== naming(view)) return undefined;
      const { others } = view;
      if (others.every((seat) => seat.logId === head.logId && seat.position >= head.position))
        return others.length;
      await new Promise<void>((resolve) => clock.after(leaseMs() / 8, resolve));
    }
    return undefined;
  }
}
