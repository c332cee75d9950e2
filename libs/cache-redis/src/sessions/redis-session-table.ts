import { randomUUID } from "node:crypto";
import type { BackendContext, Clock, SessionSeat, SessionTable } from "@cogniverse/sdk";
import type { Connection } from "../connection.ts";
import { asList } from "../entries.ts";
import type { Doing } from "../exchange.ts";
import type { Names } from "../names.ts";
import type { Script } from "../script.ts";
import { announcementsIn } from "./announcement.ts";
import { Attendance } from "./attendance.ts";
import { RedisSeat, type SeatTable, type TableAnswer } from "./redis-seat.ts";

/**
 * The table of sessions for a log that stands elsewhere, in a hash of its own. It is as lasting as the server: where Redis may have lost somebody who
 * stood in it, by a flush, a restart, a failover or an eviction, it is another one, which shortens nothing before it is confirmed.
 */
export class RedisSessionTable implements SessionTable, AsyncDisposable {
  readonly #connection: Connection;
  readonly #keys: readonly string[];
  readonly #clock: Clock;
  readonly #attendance: Attendance;

  constructor(
    connection: Connection,
    { state, news, acks }: Names["sessions"],
    context: Pick<BackendContext, "tier" | "clock">,
  ) {
    this.#connection = connection;
    this.#keys = [state, news, acks];
    this.#clock = context.clock;
    this.#attendance = new Attendance({ connection, context, news, acks, read: announcementsIn });
  }

  seat(session: string, leaseMs: () => number): SessionSeat {
    const table: SeatTable = {
      clock: this.#clock,
      attendance: this.#attendance,
      run: (script, args, doing) => this.#run(script, args, doing),
    };
    return new RedisSeat(table, session, leaseMs);
  }

  /** Ends the listening. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#attendance[Symbol.asyncDispose]();
  }

  async #run(
    script: Script,
    args: readonly string[],
    doing: Doing & Readonly<{ leaseMs: number }>,
  ): Promise<TableAnswer> {
    const begin = [randomUUID(), String(doing.leaseMs), ""];
    const answer = await this.#connection.run(script, this.#keys, [...begin, ...args], doing);
    const [incarnation, name, level, news, ...rest] = asList(answer).map(String);
    if (incarnation === undefined || name === undefined) throw new TypeError("Not a table");
    this.#attendance.answered({ incarnation, name, level: level ?? "", newsId: `${news}-0` });
    return { incarnation, name, rest };
  }
}
