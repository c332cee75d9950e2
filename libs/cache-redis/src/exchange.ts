import { Command } from "ioredis";
import type { Call } from "@cogniverse/sdk";

/** What a command takes. */
export type Argument = string | Buffer;

/** What is being done, for messages, such as "read an entry"; and the call it is done for. */
export type Doing = Call & Readonly<{ doing: string; text?: boolean; carriesBytes?: number }>;

/** What becomes of an answer, in the turn in which it comes and before whoever asked goes on. */
export type Outcome<T> = Readonly<{
  /** A promise is waited for: what more there is to do. */
  read: (reply: unknown) => T | Promise<T>;
  /** What to answer in place of a failure; `undefined` = it is one. Not called where nothing was sent. */
  instead?: (error: unknown) => T | undefined;
}>;

/** Whoever sent it. */
export type Ends = Readonly<{
  /** Whether it had not ended before. */
  settle: (exchange: Exchange<unknown>) => boolean;
  translated: (error: unknown, doing: Doing) => unknown;
}>;

/**
 * One command and its answer. The answer is read where ioredis would convert it, so that what the caller waits for is the command's own promise:
 * with one call at a time each further promise and closure is a part of the time that can be told.
 */
export class Exchange<T> extends Command {
  readonly doing: Doing;
  readonly #outcome: Outcome<T> | undefined;
  /** Counted as its connection counts. */
  untilTick = 0;
  #ends: Ends | undefined;
  #instead: T | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(name: string, args: readonly Argument[], doing: Doing, outcome?: Outcome<T>) {
    // ioredis only reads the array.
    super(name, args as Argument[], { replyEncoding: doing.text === true ? "utf8" : null });
    this.doing = doing;
    this.#outcome = outcome;
  }

  /** Ends what is not sent. */
  refuse(why: unknown): void {
    // ioredis makes it of the promise's own, which takes anything.
    (this.reject as (error: unknown) => void)(why);
  }

  /** To be called before it is sent. */
  begin(ends: Ends): void {
    this.#ends = ends;
    // See refuse.
    this.#reject = this.reject as (error: unknown) => void;
    // ioredis calls it as a method only; an arrow function would be one more object for every command.
    // oxlint-disable-next-line typescript/unbound-method -- see above
    this.reject = this.fail;
    this.doing.signal?.addEventListener("abort", this, { once: true });
  }

  /** Ends it at once. A cluster's client puts in place of `reject` what may send the command once more. */
  fail(error: unknown): void {
    if (!this.#end()) return;
    this.left(false);
    const why = this.#ends?.translated(error, this.doing);
    this.#instead = this.#outcome?.instead?.(why);
    if (this.#instead === undefined) this.#reject?.(why);
    else this.resolve(null);
  }

  /** The signal has aborted. */
  handleEvent(): void {
    this.fail(this.doing.signal?.reason);
  }

  override transformReply(reply: Buffer | Buffer[]): Buffer {
    // What comes after the end resolves nothing any more.
    const answer: unknown = this.#end() ? this.#read(reply) : this.#instead;
    // ioredis resolves the promise with what it gets and does not look at it.
    return answer as Buffer;
  }

  /** It has ended, by an answer that is no error or by anything else. For what it holds. */
  protected left(_answered: boolean): void {
    return;
  }

  #read(reply: Buffer | Buffer[]): unknown {
    this.left(true);
    return this.#outcome === undefined ? super.transformReply(reply) : this.#outcome.read(reply);
  }

  #end(): boolean {
    this.doing.signal?.removeEventListener("abort", this);
    return this.#ends?.settle(this) ?? false;
  }
}
