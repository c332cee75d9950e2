import {
  START,
  type InvalidationLog,
  type LogHead,
  type LogNews,
  type LogSession,
  type NewRecord,
} from "@cogniverse/sdk";

/** A record on one key. */
export function recordOf(value: string): NewRecord {
  return { tenantId: "t", scope: { kind: "key", value }, mode: "hard", at: 1, node: "n" };
}

/** Appends one record for each key. */
export async function appended(log: InvalidationLog, ...keys: readonly string[]): Promise<LogHead> {
  const head = await log.append(keys.map(recordOf));
  if (head === undefined) throw new Error("nothing was appended");
  return head;
}

/** A reader of a log as a node is one: applies what goes on from where it is, and reads for the rest. */
export class LogReader implements AsyncDisposable {
  readonly log: InvalidationLog;
  readonly session: LogSession;
  /** What has been applied. */
  head: LogHead = { logId: "", position: START };
  /** Of applied news, what was heard without reading. */
  heard = 0;
  #watching: Disposable | undefined;

  constructor(log: InvalidationLog | undefined) {
    const session = log?.session?.();
    if (log === undefined || session === undefined) throw new Error("the log has no sessions");
    this.log = log;
    this.session = session;
  }

  /** Has read the log before it resolves. */
  static async of({ log }: Readonly<{ log?: InvalidationLog }>): Promise<LogReader> {
    const reader = new LogReader(log);
    await reader.beat();
    return reader;
  }

  /** A heartbeat. */
  async beat(): Promise<void> {
    const { session } = this;
    const delta = this.head.logId === "" ? undefined : await session.read(this.head);
    if (delta?.type === "records") this.head = delta.head;
    else {
      ({ head: this.head } = await session.snapshot());
      session.applied(this.head);
    }
  }

  /** From now on what is announced is applied at once. */
  follow(): this {
    const { session } = this;
    this.#watching = session.watch?.((news) => {
      const taken = news === undefined ? undefined : this.#takes(news);
      if (taken === true) session.applied(this.head);
      else if (taken === undefined)
        this.beat().then(
          () => session.applied(this.head),
          () => undefined,
        );
    });
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watching?.[Symbol.dispose]();
    await this.session[Symbol.asyncDispose]();
  }

  /** `undefined`: only the log can tell. */
  #takes({ head, records }: LogNews): boolean | undefined {
    if (head.logId !== this.head.logId) return undefined;
    if (head.position <= this.head.position) return false;
    if (head.position - records.length > this.head.position) return undefined;
    this.head = head;
    this.heard++;
    return true;
  }
}
