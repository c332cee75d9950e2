import { randomBytes } from "node:crypto";
import {
  CacheError,
  START,
  type Call,
  type Clock,
  type LogDelta,
  type LogHead,
  type LogSession,
  type LogSnapshot,
  type Position,
} from "@cogniverse/sdk";
import { translateDiskError } from "../disk-error.ts";
import type { Members } from "./members.ts";
import { RollCall } from "./roll-call.ts";
import { Seats } from "./seats.ts";
import { Settling } from "./settling.ts";

/** The log of a session. `isRipe`: whether the table of members tells of everybody. `forget`: the session has ended. */
export interface SessionLog {
  readonly logId: string;
  readNow(from: LogHead): LogDelta;
  snapshot(call?: Call): Promise<LogSnapshot>;
  isRipe(): boolean;
  watch(wake: () => void): Disposable;
  forget(session: LocalSession): void;
}

/** What a {@link LocalSession} works with. `path`: of the file with the seats. */
export interface LocalSessionParts {
  readonly log: SessionLog;
  readonly members: Members;
  readonly path: string;
  readonly tier: string;
  readonly clock: Clock;
}

/** The file of the seats, and who waits for what the others say in it. */
type Opened = Readonly<{ seats: Seats; settling: Settling }>;

/**
 * The place of one reader among all that serve by the log of a directory. It joins with its first read; before, it only asks for others. What a read costs more than the log's own: one
 * write of 36 bytes to the page cache, before it.
 */
export class LocalSession implements LogSession {
  readonly #parts: LocalSessionParts;
  readonly #id: Uint8Array = randomBytes(16);
  #opened: Opened | undefined;
  #seat: number | undefined;
  #position: Position = START;
  #reads = 0;
  #ended = false;

  constructor(parts: LocalSessionParts) {
    this.#parts = parts;
  }

  async read(from: LogHead, call?: Call): Promise<LogDelta> {
    call?.signal?.throwIfAborted();
    return this.readNow(from);
  }

  readNow(from: LogHead): LogDelta {
    this.#countRead(this.#ownPosition(from));
    const delta = this.#parts.log.readNow(from);
    this.#ripen();
    return delta;
  }

  async snapshot(call?: Call): Promise<LogSnapshot> {
    call?.signal?.throwIfAborted();
    this.#countRead(START);
    return this.#parts.log.snapshot(call);
  }

  applied(head: LogHead): void {
    if (this.#opened === undefined || this.#seat === undefined) return;
    this.#position = this.#ownPosition(head);
    try {
      this.#report(this.#opened.seats, this.#seat);
    } catch {
      // The next read says it, or fails.
    }
  }

  async settled(head: LogHead, call?: Call): Promise<number | undefined> {
    call?.signal?.throwIfAborted();
    return this.#settling(head)?.of(head, call?.signal);
  }

  watch(wake: () => void): Disposable {
    return this.#parts.log.watch(wake);
  }

  /** Gives the place back; where the tier was closed before, it is free once this process has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    const joined = this.#seat !== undefined;
    this.end();
    if (joined) this.#parts.members.leave(this.#id);
  }

  /** Lets the files go and keeps the place: the reader may still serve. */
  end(): void {
    this.#ended = true;
    this.#opened?.settling[Symbol.dispose]();
    this.#opened?.seats.close();
    this.#opened = undefined;
    this.#seat = undefined;
    this.#parts.log.forget(this);
  }

  /** `undefined` where the members cannot tell of all who may serve from before `head`, or cannot be read. */
  #settling(head: LogHead): Settling | undefined {
    const { log } = this.#parts;
    if (this.#ended || head.logId !== log.logId) return undefined;
    try {
      return log.isRipe() ? this.#open().settling : undefined;
    } catch {
      return undefined;
    }
  }

  /** Before a read of the log; see {@link Members}. Throws where it could not be said: nobody would wait for what is served by that read. */
  #countRead(position: Position): void {
    if (this.#ended) throw new CacheError("closed", "The session was closed");
    try {
      const { seats } = this.#open();
      this.#seat ??= this.#join(seats);
      this.#position = position;
      this.#reads++;
      this.#report(seats, this.#seat);
    } catch (error) {
      throw translateDiskError(error, this.#parts.tier, "say how far its log was read");
    }
  }

  #report(seats: Seats, seat: number): void {
    seats.write(seat, { session: this.#id, position: this.#position, reads: this.#reads });
  }

  #join(seats: Seats): number {
    const first = { session: this.#id, position: START, reads: 0 };
    return this.#parts.members.join(this.#id, (taken) => seats.write(taken, first));
  }

  #open(): Opened {
    if (this.#opened === undefined) {
      const { members, path, clock } = this.#parts;
      const seats = new Seats(path);
      const rollCall = new RollCall(this.#id, members, seats, clock);
      this.#opened = { seats, settling: new Settling(rollCall, seats, clock) };
    }
    return this.#opened;
  }

  /** Whoever reads for D has known the log for D, so that one who comes only to invalidate need not. */
  #ripen(): void {
    try {
      this.#parts.log.isRipe();
    } catch {
      // It was read all the same; until it is ripe, D acknowledges.
    }
  }

  /** Positions of another log say nothing about this one. */
  #ownPosition({ logId, position }: LogHead): Position {
    return logId === this.#parts.log.logId ? position : START;
  }
}
