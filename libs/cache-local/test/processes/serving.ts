import type { InvalidationLog, LogHead, LogSession } from "@cogniverse/sdk";

/** What a parent tells a serving process. `invalidate`: so many times, one after the other. `lag`: apply nothing, yet read on. */
export type Order = Readonly<{ invalidate: number }> | Readonly<{ lag: boolean }>;

/** Microseconds of the clock that all processes of this machine share. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** One invalidation: microseconds of the shared clock. `others` as `settled` said. */
export type Invalidated = Readonly<{
  position: number;
  beganUs: number;
  endedUs: number;
  others: number | undefined;
}>;

/** The latest position that was applied, when, and when the read began by which the process served until then. */
export type AppliedAt = Readonly<{ applied: number; atUs: number; servedByUs: number }>;

interface Begun {
  readonly log: InvalidationLog;
  readonly session: LogSession;
  readonly head: LogHead;
  readonly readUs: number;
  readonly report: (applied: AppliedAt) => void;
}

/** A node reduced to how it follows the log: reads at a third of D and when woken, says what it has, and tells `report` when it got it. */
export class Serving {
  readonly #log: InvalidationLog;
  readonly #session: LogSession;
  readonly #report: (applied: AppliedAt) => void;
  #head: LogHead;
  #lags = false;
  #readUs: number;

  static async begin(log: InvalidationLog, report: (applied: AppliedAt) => void): Promise<Serving> {
    const session = log.session?.();
    if (session === undefined) throw new Error("no session");
    const readUs = nowUs();
    const { head } = await session.snapshot();
    session.applied(head);
    return new Serving({ log, session, head, readUs, report });
  }

  private constructor({ log, session, head, readUs, report }: Begun) {
    this.#log = log;
    this.#session = session;
    this.#head = head;
    this.#readUs = readUs;
    this.#report = report;
    session.watch?.(() => this.#read());
    setInterval(() => this.#read(), log.leaseMs / 3);
  }

  async obey(order: Order): Promise<readonly Invalidated[]> {
    const done: Invalidated[] = [];
    if ("lag" in order) this.#lags = order.lag;
    else while (done.length < order.invalidate) done.push(await this.#invalidate());
    return done;
  }

  async #invalidate(): Promise<Invalidated> {
    const beganUs = nowUs();
    const scope = { kind: "key", value: String(beganUs) } as const;
    const record = { tenantId: "acme", scope, mode: "hard", at: 0, node: "n" } as const;
    const head = await this.#log.append([record]);
    if (head === undefined) throw new Error("not appended");
    const others = await this.#session.settled(head);
    return { position: head.position, beganUs, endedUs: nowUs(), others };
  }

  #read(): void {
    const servedByUs = this.#readUs;
    this.#readUs = nowUs();
    const delta = this.#session.readNow?.(this.#head);
    if (this.#lags || delta?.type !== "records" || delta.records.length === 0) return;
    this.#head = delta.head;
    const atUs = nowUs();
    this.#session.applied(delta.head);
    this.#report({ applied: delta.head.position, atUs, servedByUs });
  }
}
