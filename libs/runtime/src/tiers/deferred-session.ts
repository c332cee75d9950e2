import {
  plainSession,
  type Call,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogNews,
  type LogSession,
  type LogSnapshot,
} from "@cogniverse/sdk";

/** The session of a reader by a log that may not be there yet: opened with the first call that finds it. */
export class DeferredSession implements LogSession {
  readonly #require: () => InvalidationLog;
  readonly #known: () => InvalidationLog | undefined;
  #inner: LogSession | undefined;

  /** `require` throws while the log is not there; `known` says `undefined`. */
  constructor(require: () => InvalidationLog, known: () => InvalidationLog | undefined) {
    this.#require = require;
    this.#known = known;
  }

  async read(from: LogHead, call?: Call): Promise<LogDelta> {
    return this.#open().read(from, call);
  }

  async snapshot(call?: Call): Promise<LogSnapshot> {
    return this.#open().snapshot(call);
  }

  get readNow(): LogSession["readNow"] {
    const session = this.#opened();
    return session?.readNow?.bind(session);
  }

  applied(head: LogHead): void {
    this.#opened()?.applied(head);
  }

  announce(news: LogNews): void {
    this.#opened()?.announce?.(news);
  }

  async settled(head: LogHead, call?: Call): Promise<number | undefined> {
    return this.#open().settled(head, call);
  }

  get watch(): LogSession["watch"] {
    const session = this.#opened();
    return session?.watch?.bind(session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner?.[Symbol.asyncDispose]();
  }

  #open(): LogSession {
    return (this.#inner ??= sessionOf(this.#require()));
  }

  #opened(): LogSession | undefined {
    const log = this.#inner === undefined ? this.#known() : undefined;
    if (log !== undefined) this.#inner = sessionOf(log);
    return this.#inner;
  }
}

function sessionOf(log: InvalidationLog): LogSession {
  return log.session?.() ?? plainSession(log);
}
