import type { BackendContext, LogNews } from "@cogniverse/sdk";
import type { Connection } from "../connection.ts";
import { levelIn, type Level } from "./level.ts";
import { Listening, type Heard } from "./listening.ts";
import type { Settling } from "./settling.ts";
import { Witness } from "./witness.ts";

/**
 * What every script says of the table. `name`: under which name it shortens acknowledgements, "" = it shortens none. `level`: the last
 * acknowledgement, as {@link levelIn} reads it. `newsId`: of the last entry of the stream of news, as the answer has it.
 */
export type TableState = Readonly<{
  incarnation: string;
  name: string;
  level: string;
  newsId: string;
}>;

/** What {@link Attendance} is made of. */
export interface AttendanceOptions {
  readonly connection: Connection;
  readonly context: Pick<BackendContext, "tier" | "clock">;
  readonly news: string;
  readonly acks: string;
  /** What entries of the stream of news say, in order; `undefined`: that there is something new. */
  readonly read: (entries: readonly Heard[]) => readonly (LogNews | undefined)[];
}

/** What the sessions of one process have in common at one table: what it was seen to say, and one connection that listens for all of them. */
export class Attendance implements AsyncDisposable {
  readonly witness: Witness = new Witness();
  readonly #options: AttendanceOptions;
  readonly #settlings = new Set<Settling>();
  readonly #wakes = new Set<(news?: LogNews) => void>();
  #listeners = 0;
  #listening: Listening | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #closed = false;
  #latest: Readonly<{ epoch: string; after: readonly string[] }> | undefined;

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  /** To be called with every answer, in the turn in which it comes. */
  answered({ incarnation, level, newsId }: TableState): void {
    this.witness.met(incarnation, this.#options.context.clock.monotonic());
    const last = levelIn(level);
    this.#latest = { epoch: incarnation, after: [newsId, `${last?.number ?? 0}-0`] };
    if (last !== undefined) this.#reached(last);
  }

  /** Tells `settling` of acknowledgements, until the answer is disposed of. */
  listenFor(settling: Settling): Disposable {
    this.#settlings.add(settling);
    return this.#listen(() => this.#settlings.delete(settling));
  }

  watch(wake: (news?: LogNews) => void): Disposable {
    const own = (news?: LogNews): void => wake(news);
    this.#wakes.add(own);
    return this.#listen(() => this.#wakes.delete(own));
  }

  /** Ends the listening, for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#end();
    await this.#ended;
  }

  #listen(forget: () => void): Disposable {
    this.#listeners++;
    if (!this.#closed) this.#listening ??= this.#begin();
    let ended = false;
    return {
      [Symbol.dispose]: () => {
        if (ended) return;
        ended = true;
        forget();
        if (--this.#listeners === 0) this.#end();
      },
    };
  }

  #begin(): Listening {
    const { connection, context, news, acks } = this.#options;
    const heard = (index: number, entries: readonly Heard[]): void =>
      index === 0 ? this.#tell(entries) : this.#acknowledged(entries);
    const streams = { keys: [news, acks], where: () => this.#latest, heard };
    return new Listening(connection, streams, context);
  }

  #end(): void {
    const listening = this.#listening;
    this.#listening = undefined;
    if (listening !== undefined) this.#ended = Promise.all([this.#ended, listening.end()]);
  }

  #tell(entries: readonly Heard[]): void {
    for (const news of this.#options.read(entries)) for (const wake of this.#wakes) wake(news);
  }

  #acknowledged(entries: readonly Heard[]): void {
    for (const { fields } of entries) {
      const level = levelIn(fields[1] ?? "");
      if (level !== undefined) this.#reached(level);
    }
  }

  #reached(level: Level): void {
    for (const settling of this.#settlings) settling.reached(level);
  }
}
