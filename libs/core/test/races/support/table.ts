import type {
  InvalidationLog,
  LogDelta,
  LogHead,
  LogNews,
  SessionSeat,
  SessionTable,
  ShortCut,
} from "@cogniverse/sdk";
import { memoryLog } from "@cogniverse/testkit";
import { LEASE_MS } from "./shared-log.ts";

/** A log that says of a table beside it what it is told to say, as a log in an object store does. */
export function namingLog(): InvalidationLog & {
  readonly cut: () => ShortCut;
  /** All that it ever said, in order. */
  readonly said: readonly ShortCut[];
} {
  const inner = memoryLog();
  let shortCut: ShortCut = { table: "", alone: [] };
  const said: ShortCut[] = [shortCut];
  const seen = (head: LogHead): LogHead => ({ ...head, shortCut });
  const delta = (found: LogDelta): LogDelta => ({ ...found, head: seen(found.head) });
  return {
    leaseMs: LEASE_MS,
    cut: () => shortCut,
    said,
    append: async (records, options) => {
      const head = await inner.append(records, options);
      return head && seen(head);
    },
    head: async (call) => seen(await inner.head(call)),
    read: async (from, call) => delta(await inner.read(from, call)),
    snapshot: async (call) => {
      const { head, records } = await inner.snapshot(call);
      return { head: seen(head), records };
    },
    changeShortCut: async (edit) => {
      const next = edit(shortCut);
      if (next !== undefined) said.push((shortCut = next));
      return seen(await inner.head());
    },
  };
}

/** One server's table, as all nodes see it that reach this server. */
export class Table {
  /** Sessions, with what each has applied. */
  readonly sessions: Map<string, LogHead> = new Map();
  confirmed = "";
  incarnation = "first";
  /** Calls of all sessions that said how far they are. */
  reports = 0;
  /** Whether announcements get lost. */
  isDeaf = false;
  readonly #wakes = new Set<(news?: LogNews) => void>();
  readonly #waiting = new Set<() => void>();

  /** Everything in it is gone. */
  lose(incarnation: string): void {
    this.sessions.clear();
    this.confirmed = "";
    this.incarnation = incarnation;
  }

  /** The table as one node reaches it; `reach` throws where it does not. */
  from(reach: () => void = () => undefined): SessionTable {
    return { seat: (session) => this.#seat(session, reach) };
  }

  #seat(session: string, reach: () => void): SessionSeat {
    return {
      report: async (head) => {
        reach();
        this.reports++;
        await Promise.resolve();
        this.sessions.set(session, head);
        for (const ask of this.#waiting) ask();
        return this.incarnation;
      },
      settled: async (head, naming) => {
        reach();
        this.sessions.set(session, head);
        if (naming !== this.confirmed) return undefined;
        const { promise, resolve } = Promise.withResolvers<number | undefined>();
        const ask = (): void => {
          if (naming !== this.confirmed) resolve(undefined);
          const others = [...this.sessions].filter(([other]) => other !== session);
          const have = ([, applied]: readonly [string, LogHead]): boolean =>
            applied.logId === head.logId && applied.position >= head.position;
          if (others.every(have)) resolve(others.length);
        };
        this.#waiting.add(ask);
        ask();
        return promise.finally(() => this.#waiting.delete(ask));
      },
      confirm: async (naming) => {
        reach();
        if (naming.startsWith(`${this.incarnation} `)) this.confirmed = naming;
      },
      announce: (news) => {
        if (!this.isDeaf) for (const wake of this.#wakes) queueMicrotask(() => wake(news));
      },
      watch: (wake) => {
        this.#wakes.add(wake);
        return { [Symbol.dispose]: () => void this.#wakes.delete(wake) };
      },
      [Symbol.asyncDispose]: async () => {
        reach();
        this.sessions.delete(session);
        for (const ask of this.#waiting) ask();
      },
    };
  }
}
