import type { Call, Clock, LogHead, LogNews, SessionSeat } from "@cogniverse/sdk";
import type { Doing } from "../exchange.ts";
import type { Script } from "../script.ts";
import { announcementOf, coversTenant } from "./announcement.ts";
import type { Attendance } from "./attendance.ts";
import { leaveInTime } from "./leave.ts";
import { Settling, type Question, type Reached } from "./settling.ts";
import {
  TABLE_ANNOUNCE,
  TABLE_ASK,
  TABLE_CONFIRM,
  TABLE_LEAVE,
  TABLE_REPORT,
} from "./table-scripts.ts";

/** What a script answered: the table's incarnation, under which name it shortens acknowledgements, and what it says beside that. */
export type TableAnswer = Readonly<{
  incarnation: string;
  name: string;
  rest: readonly string[];
}>;

/** What a seat needs of its table. */
export interface SeatTable {
  readonly clock: Clock;
  readonly attendance: Attendance;
  run(
    script: Script,
    args: readonly string[],
    doing: Doing & Readonly<{ leaseMs: number }>,
  ): Promise<TableAnswer>;
}

/** One session in the table; see {@link SessionSeat}. */
export class RedisSeat implements SessionSeat {
  readonly #table: SeatTable;
  readonly #id: string;
  readonly #leaseMs: () => number;
  readonly #settling: Settling;
  #renewals = 0;
  #ended: Promise<void> | undefined;

  constructor(table: SeatTable, session: string, leaseMs: () => number) {
    this.#table = table;
    this.#id = encoded(session);
    this.#leaseMs = leaseMs;
    this.#settling = new Settling({
      clock: table.clock,
      leaseMs,
      ask: (question) => this.#ask(question),
      listen: () => table.attendance.listenFor(this.#settling),
      late: () => undefined,
    });
  }

  async report(head: LogHead, call?: Call): Promise<string> {
    const { clock, attendance } = this.#table;
    const place = [encoded(head.logId), String(head.position)];
    const args = [...this.#silent(), this.#id, String(++this.#renewals), ...place];
    const doing = { doing: "register who serves", signal: call?.signal };
    const { incarnation, rest } = await this.#table.run(TABLE_REPORT, args, this.#with(doing));
    attendance.witness.saw(rest[0] ?? "", clock.monotonic());
    return incarnation;
  }

  async settled(head: LogHead, naming: string, call?: Call): Promise<number | undefined> {
    // "" would mean any.
    if (naming === "") return undefined;
    const { logId, position } = head;
    return this.#settling.of({ logId: encoded(logId), name: naming, position }, call);
  }

  async confirm(naming: string, call?: Call): Promise<void> {
    const doing = { doing: "confirm who serves", signal: call?.signal };
    await this.#table.run(TABLE_CONFIRM, [naming], this.#with(doing));
  }

  announce(news: LogNews): void {
    const doing = this.#with({ doing: "announce records" });
    const told = [announcementOf(news), coversTenant(news) ? "1" : ""];
    void this.#table.run(TABLE_ANNOUNCE, told, doing).catch(() => undefined);
  }

  watch(wake: (news?: LogNews) => void): Disposable {
    return this.#table.attendance.watch(wake);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#leave();
    return this.#ended;
  }

  async #ask({ logId, name, low, high }: Question): Promise<Reached> {
    const { clock, attendance } = this.#table;
    const args = [...this.#silent(), this.#id, logId, String(low), String(high), name];
    const doing = this.#with({ doing: "ask who serves" });
    const { rest } = await this.#table.run(TABLE_ASK, args, doing);
    const [reached, others, rows] = rest;
    if (rows !== undefined) attendance.witness.saw(rows, clock.monotonic());
    if (reached === "unknown") return undefined;
    return { position: Number(reached), others: Number(others) };
  }

  /** Whom this process saw silent for D: their number, and ids and counts in turn. */
  #silent(): readonly string[] {
    const { clock, attendance } = this.#table;
    const silent = attendance.witness.silentFor(this.#leaseMs(), clock.monotonic());
    return [String(silent.length / 2), ...silent];
  }

  #with<D extends object>(doing: D): D & Readonly<{ text: true; leaseMs: number }> {
    return { ...doing, text: true, leaseMs: this.#leaseMs() };
  }

  async #leave(): Promise<void> {
    this.#settling[Symbol.dispose]();
    await leaveInTime(this.#table.clock, (signal) => {
      const doing = this.#with({ doing: "give a session back", signal });
      return this.#table.run(TABLE_LEAVE, [this.#id], doing);
    });
  }
}

/** Never empty, without a space or a semicolon, which end it in the table. */
function encoded(text: string): string {
  return `.${encodeURIComponent(text)}`;
}
