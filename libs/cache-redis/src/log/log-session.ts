import { randomBytes } from "node:crypto";
import {
  CacheError,
  type Call,
  type Clock,
  type LogDelta,
  type LogHead,
  type LogNews,
  type LogSession,
  type LogSnapshot,
} from "@cogniverse/sdk";
import type { Doing } from "../exchange.ts";
import type { Script } from "../script.ts";
import type { Attendance } from "../sessions/attendance.ts";
import { leaveInTime } from "../sessions/leave.ts";
import type { Pace } from "../sessions/pace.ts";
import { Settling, type Question, type Reached } from "../sessions/settling.ts";
import type { Answer } from "./answer.ts";
import { deltaIn } from "./log-fields.ts";
import {
  LOG_SNAPSHOT_ON,
  SESSION_APPLIED,
  SESSION_ASK,
  SESSION_LEAVE,
  SESSION_READ,
  SESSION_SNAPSHOT,
} from "./log-scripts.ts";
import { SnapshotPages } from "./snapshot-pages.ts";

/** What a session needs of its log. */
export interface SessionLog {
  leaseMs(): number;
  readonly clock: Clock;
  readonly attendance: Attendance;
  readonly pace: Pace;
  run(script: Script, args: readonly string[], doing: Doing): Promise<Answer>;
  /** Up to where this session was the only one when the log took a record of this process. */
  aloneAt(id: string): LogHead | undefined;
  ended(id: string): void;
}

/** A place in the table of sessions, which lies in the hash that is the log: registering and reading are one step there. */
export class RedisLogSession implements LogSession {
  readonly id: string = randomBytes(9).toString("base64url");
  readonly #log: SessionLog;
  readonly #settling: Settling;
  #renewals = 0;
  /** What is to be told, and what the log knows already. */
  #applied: LogHead | undefined;
  #told: LogHead | undefined;
  #telling = false;
  #ended: Promise<void> | undefined;

  constructor(log: SessionLog) {
    this.#log = log;
    this.#settling = new Settling({
      clock: log.clock,
      leaseMs: () => log.leaseMs(),
      ask: (question) => this.#ask(question),
      listen: () => log.attendance.listenFor(this.#settling),
      late: () => log.pace.long("silent", log.leaseMs()),
    });
  }

  async read(from: LogHead, call?: Call): Promise<LogDelta> {
    const place = [from.logId, String(from.position)];
    const { head, rest } = await this.#renew(SESSION_READ, place, call);
    return deltaIn(head, rest, from);
  }

  async snapshot(call?: Call): Promise<LogSnapshot> {
    const pages = new SnapshotPages({
      begin: () => this.#renew(SESSION_SNAPSHOT, [], call),
      goOn: (place) => this.#log.run(LOG_SNAPSHOT_ON, place, this.#reading(call)),
    });
    return pages.read();
  }

  applied(head: LogHead): void {
    this.#applied = head;
    if (!this.#telling) void this.#tell();
  }

  async settled(head: LogHead, call?: Call): Promise<number | undefined> {
    const { logId, position } = head;
    const others = isUpTo(head, this.#log.aloneAt(this.id))
      ? 0
      : await this.#settling.of({ logId, name: "", position }, call);
    if (others !== undefined) this.#log.pace.short();
    return others;
  }

  watch(wake: (news?: LogNews) => void): Disposable {
    return this.#log.attendance.watch(wake);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#leave();
    return this.#ended;
  }

  /** Each has a number of its own, by which others see that there was another one since. */
  async #renew(script: Script, place: readonly string[], call: Call | undefined): Promise<Answer> {
    if (this.#ended !== undefined)
      throw new CacheError("closed", "The session was given back and cannot read the log");
    const { clock, attendance } = this.#log;
    const args = [...this.#seen(), this.id, String(++this.#renewals), ...place];
    const answer = await this.#log.run(script, args, this.#reading(call));
    const [rows, ...rest] = answer.rest;
    attendance.witness.saw(String(rows), clock.monotonic());
    return { ...answer, rest };
  }

  #reading(call: Call | undefined): Doing {
    return { doing: "read the invalidation log", text: true, signal: call?.signal };
  }

  /** What this process saw of the table: the incarnation that it has known for D, and who was silent for D. */
  #seen(): readonly string[] {
    const { clock, attendance } = this.#log;
    const leaseMs = this.#log.leaseMs();
    const now = clock.monotonic();
    const silent = attendance.witness.silentFor(leaseMs, now);
    return [attendance.witness.knownFor(leaseMs, now), String(silent.length / 2), ...silent];
  }

  /** One after the other: what comes meanwhile is told once. */
  async #tell(): Promise<void> {
    this.#telling = true;
    const doing = { doing: "tell what was applied", text: true };
    while (this.#ended === undefined) {
      const head = this.#applied;
      if (head === undefined || isUpTo(head, this.#told)) break;
      this.#told = head;
      try {
        await this.#log.run(SESSION_APPLIED, [this.id, head.logId, String(head.position)], doing);
      } catch {
        this.#told = undefined;
        break;
      }
    }
    this.#telling = false;
  }

  async #ask({ logId, low, high }: Question): Promise<Reached> {
    const { clock, attendance, pace } = this.#log;
    const [known = "", ...silent] = this.#seen();
    const args = [known, logId, ...silent, this.id, "0", String(low), String(high), ""];
    const doing = { doing: "ask who serves", text: true };
    try {
      const { rest } = await this.#log.run(SESSION_ASK, args, doing);
      const [reached, others, rows] = rest;
      if (typeof rows === "string") attendance.witness.saw(rows, clock.monotonic());
      if (reached === "unknown") {
        pace.long("new", this.#log.leaseMs());
        return undefined;
      }
      return { position: Number(reached), others: Number(others) };
    } catch (error) {
      pace.long("away", this.#log.leaseMs());
      throw error;
    }
  }

  async #leave(): Promise<void> {
    this.#settling[Symbol.dispose]();
    this.#log.ended(this.id);
    await leaveInTime(this.#log.clock, (signal) => {
      const doing = { doing: "give a session back", text: true, signal };
      return this.#log.run(SESSION_LEAVE, [this.id], doing);
    });
  }
}

function isUpTo(head: LogHead, other: LogHead | undefined): boolean {
  return head.logId === other?.logId && head.position <= other.position;
}
