import type { BackendContext, Call } from "@cogniverse/sdk";
import type { Connection } from "./connection.ts";
import { Exchange } from "./exchange.ts";
import { inParts } from "./in-parts.ts";
import type { Bucket } from "./names.ts";

/** A write is in the index so many milliseconds after it at the latest, where the server takes it; one after a pause, at once. */
const EVERY_MS = 50;
/** After a failure. */
const PAUSE_MS = 1000;
/** Members of one command. */
const MOST_MEMBERS = 256;
/** So many that wait are sent without waiting longer. */
const MANY = 4096;
/** So many that the server did not take are kept; then writes fail with what listing fails with. */
const MOST_WAITING = 65_536;

/**
 * Puts keys into the index of their bucket, behind the writes: an index is for listings, and in the step that stores an entry it would cost as
 * much as the entry. A key is added once the answer to its write is there, so that whoever strikes off what is not there finds the entry;
 * one that was deleted meanwhile is struck off by the next listing. What the server did not take is sent again.
 */
export class Listings {
  readonly #connection: Connection;
  readonly #context: Pick<BackendContext, "tier" | "clock" | "logger">;
  #waiting = new Map<Bucket, Set<string>>();
  #count = 0;
  readonly #underWay = new Set<Promise<void>>();
  #timer: Disposable | undefined;
  #fails = false;
  #lastError: unknown;
  #closed = false;

  constructor(connection: Connection, context: Pick<BackendContext, "tier" | "clock" | "logger">) {
    this.#connection = connection;
    this.#context = context;
  }

  add(bucket: Bucket, key: string): void {
    this.#wait(bucket, key);
    if (this.#timer === undefined) this.#turn();
    else if (this.#count >= MANY && !this.#fails) this.#sendAll();
  }

  /** Throws what listing fails with where too many wait for it. */
  checkRoom(): void {
    if (this.#fails && this.#count >= MOST_WAITING) throw this.#lastError;
  }

  /** Resolves when all that was added before is in the index; rejects with what sending it failed with. */
  async flush(call: Call | undefined): Promise<void> {
    if (this.#count === 0 && this.#underWay.size === 0) return;
    call?.signal?.throwIfAborted();
    this.#sendAll();
    await Promise.all(this.#underWay);
    call?.signal?.throwIfAborted();
  }

  /** The last of it, on a connection that refuses calls already. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    try {
      await this.flush(undefined);
    } catch (error) {
      const { logger, tier } = this.#context;
      const many = `${this.#count} entries of Redis tier "${tier}" are served but not listed`;
      logger.warn(`${many} until they are written again or reindex() was called: ${String(error)}`);
    }
  }

  #wait(bucket: Bucket, key: string): void {
    let keys = this.#waiting.get(bucket);
    if (keys === undefined) this.#waiting.set(bucket, (keys = new Set()));
    const before = keys.size;
    this.#count += keys.add(key).size - before;
  }

  /** Sends what waits, and what comes meanwhile a little later. */
  #turn(): void {
    this.#timer = undefined;
    if (this.#count === 0 && this.#underWay.size === 0) this.#fails = false;
    if (this.#count === 0 || this.#closed) return;
    const pauseMs = this.#fails ? PAUSE_MS : EVERY_MS;
    this.#sendAll();
    this.#turnIn(pauseMs);
  }

  #turnIn(ms: number): void {
    this.#timer = this.#context.clock.after(ms, () => this.#turn(), true);
  }

  #sendAll(): void {
    const all = this.#waiting;
    this.#waiting = new Map();
    this.#count = 0;
    for (const [bucket, keys] of all)
      for (const members of inParts([...keys], MOST_MEMBERS)) {
        const sent = this.#send(bucket, members).finally(() => this.#underWay.delete(sent));
        this.#underWay.add(sent);
        // Whoever flushes is told; else it is sent again.
        sent.catch(() => undefined);
      }
  }

  async #send(bucket: Bucket, keys: readonly string[]): Promise<void> {
    const args = [bucket.index, ...keys.flatMap((key) => ["0", key])];
    const zadd = new Exchange("zadd", args, { doing: "list an entry" });
    try {
      await this.#connection.ask(zadd, undefined, "last");
    } catch (error) {
      for (const key of keys) this.#wait(bucket, key);
      this.#tell(error);
      if (this.#timer === undefined && !this.#closed) this.#turnIn(PAUSE_MS);
      throw error;
    }
  }

  /** Once for all that fails until nothing waits any more. */
  #tell(error: unknown): void {
    const { logger, tier } = this.#context;
    if (!this.#fails && !this.#closed)
      logger.warn(
        `Redis tier "${tier}" cannot list what it stored; trying again: ${String(error)}`,
      );
    this.#fails = true;
    this.#lastError = error;
  }
}
