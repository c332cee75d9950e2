import {
  CacheError,
  START,
  type Call,
  type Clock,
  type InvalidationLog,
  type LogDelta,
  type LogHead,
  type LogNews,
  type LogSession,
  type LogSnapshot,
  type Random,
  type SessionSeat,
  type SessionTable,
  type ShortCut,
} from "@cogniverse/sdk";
import { TimeLimit } from "../time/time-limit.ts";
import { SeenSince } from "./seen-since.ts";
import {
  doubted,
  forgotten,
  incarnationOf,
  isAskable,
  renamed,
  standing,
  withAlone,
  withoutAlone,
} from "./short-cut.ts";

/** So often the log is read anew after what it says of the table was changed, by this node or by another that was faster. */
const MOST_ROUNDS = 4;
/** The part of D that a reader waits for the table: what it takes is gone from the lease. */
const TABLE_SHARE = 1 / 6;

/** What {@link TableSession} needs. */
export interface TableSessionOptions {
  readonly log: InvalidationLog;
  readonly table: SessionTable;
  readonly clock: Clock;
  readonly random: Pick<Random, "id">;
}

/**
 * The session of a reader whose log and whose table of sessions stand in different places, such as S3 and Redis. Protocol rule 9, with what two places need: the
 * log names the one table that may be asked, and a node serves by a head of the log only if, before it read that head, it was registered in the very
 * table that the head names, or if the head itself says that the node serves alone. Whoever appends afterwards replaces that head,
 * so he finds the node in the table, or he waits for D. A table that is lost, forked or out of this node's reach costs time, never a wrong answer.
 */
export class TableSession implements LogSession {
  readonly #options: TableSessionOptions;
  readonly #id: string;
  readonly #seat: SessionSeat;
  readonly #tableLimit: TimeLimit;
  readonly #seen = new SeenSince();
  /** Where this node said last that it stands; `undefined`: the table did not answer. */
  #registered: string | undefined;
  #isAway = false;
  #proposedAt = -Infinity;
  #confirmed: string | undefined;
  /** Whether the log may say that this node serves alone. */
  #isAlone = false;
  /** Taking that back, while it is under way. */
  #withdrawing: Promise<void> | undefined;
  /** Whether a change that ends serving alone failed and may land still. */
  #isUnsettled = false;
  /** Applied, and not said yet or being said; `undefined`: no report is under way. */
  #untold: LogHead | undefined;
  #closed = false;

  constructor(options: TableSessionOptions) {
    this.#options = options;
    const { log, table, clock, random } = options;
    this.#id = random.id();
    this.#seat = table.seat(this.#id, () => log.leaseMs);
    this.#tableLimit = new TimeLimit(clock, log.leaseMs * TABLE_SHARE);
  }

  async read(from: LogHead, call?: Call): Promise<LogDelta> {
    return this.#standing(from, () => this.#options.log.read(from, call), call);
  }

  async snapshot(call?: Call): Promise<LogSnapshot> {
    const nothing = { logId: "", position: START };
    return this.#standing(nothing, () => this.#options.log.snapshot(call), call);
  }

  /** One report at a time; what comes in meanwhile is told by one more, of the latest. */
  applied(head: LogHead): void {
    if (this.#isAway) return;
    const isUnderWay = this.#untold !== undefined;
    this.#untold = head;
    if (!isUnderWay) void this.#tell();
  }

  announce(news: LogNews): void {
    if (!this.#isAway) this.#seat.announce(news);
  }

  async settled(head: LogHead, call?: Call): Promise<number | undefined> {
    const cut = head.shortCut;
    if (cut === undefined || !isAskable(cut, this.#id)) return undefined;
    return this.#seat.settled(head, cut.table, call);
  }

  watch(wake: (news?: LogNews) => void): Disposable {
    return this.#seat.watch(wake);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#tableLimit[Symbol.dispose]();
    const leaving = this.#isAlone ? this.#withdraw() : undefined;
    await Promise.allSettled([leaving, this.#seat[Symbol.asyncDispose]()]);
  }

  /** Registers, then reads; again where what the log says of the table had to be changed first. */
  async #standing<T extends Readonly<{ head: LogHead }>>(
    applied: LogHead,
    read: () => Promise<T>,
    call: Call | undefined,
  ): Promise<T> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const table = await this.#register(applied, call);
      const answer = await read();
      const cut = answer.head.shortCut;
      // A log without one is not asked for more than D.
      if (cut === undefined || (await this.#mayServe(cut, table, call))) return answer;
    }
    throw new CacheError(
      "tier_unavailable",
      "The invalidation log says anew each time which table of sessions is to be asked",
      { retryable: true },
    );
  }

  /** While the table is away nobody waits for it: the next read finds what this one learned. */
  async #register(applied: LogHead, call: Call | undefined): Promise<string | undefined> {
    const reporting = this.#report(applied, call);
    return this.#isAway ? undefined : reporting;
  }

  async #tell(): Promise<void> {
    for (let told: LogHead | undefined; told !== this.#untold && !this.#isAway;) {
      told = this.#untold;
      if (told !== undefined) await this.#report(told);
    }
    this.#untold = undefined;
  }

  async #report(head: LogHead, call?: Call): Promise<string | undefined> {
    const report = (limited: Call): Promise<string> => this.#seat.report(head, limited);
    try {
      const table = await this.#tableLimit.run(() => "The table of sessions", report, { ...call });
      this.#isAway = false;
      return (this.#registered = table);
    } catch {
      this.#isAway = true;
      return (this.#registered = undefined);
    }
  }

  /** Resolves false where the log was changed, or found changed, and has to be read again. */
  async #mayServe(
    cut: ShortCut,
    table: string | undefined,
    call: Call | undefined,
  ): Promise<boolean> {
    this.#look(cut);
    const stands = standing(cut, this.#id, table);
    this.#isAlone = cut.alone.some(({ session }) => session === this.#id);
    if (stands === "table") {
      if (this.#isAlone) void this.#withdraw();
      return true;
    }
    if (this.#withdrawing !== undefined) {
      await this.#withdrawing;
      return false;
    }
    // A table that nobody named, or that took the named one's place, is proposed at leisure: who serves alone serves.
    const proposes = table !== undefined && this.#mayPropose();
    if (stands === "alone" && !proposes && !this.#isUnsettled) return true;
    if (proposes) await this.#propose(cut.table, table, call);
    else await this.#declareAlone(call);
    return false;
  }

  /** Written in any case: a change that failed and is on its way still replaces nothing but the head that it was made from. */
  async #declareAlone(call: Call | undefined): Promise<void> {
    await this.#change((now) => withAlone(now, this.#id), call);
    this.#isUnsettled = false;
  }

  async #propose(from: string, table: string, call: Call | undefined): Promise<void> {
    const to = `${table} ${this.#options.random.id()}`;
    this.#isUnsettled = true;
    await this.#change((now) => renamed(now, this.#id, { from, to }), call);
    this.#isUnsettled = false;
  }

  /** Only one at a time, and nobody counts as serving alone meanwhile: it would take back what was declared since. Never rejects. */
  #withdraw(): Promise<void> {
    this.#withdrawing ??= (async () => {
      this.#isUnsettled = true;
      try {
        await this.#change((now) => withoutAlone(now, this.#id));
        this.#isUnsettled = false;
      } catch {
        // The next read that stands in the table tries again.
      } finally {
        this.#withdrawing = undefined;
      }
    })();
    return this.#withdrawing;
  }

  /** Two that see two tables would take turns: once in D is often enough to find the one that all can reach. */
  #mayPropose(): boolean {
    const now = this.#options.clock.monotonic();
    if (now - this.#proposedAt < this.#options.log.leaseMs) return false;
    this.#proposedAt = now;
    return true;
  }

  #look(cut: ShortCut): void {
    const { clock, log } = this.#options;
    const { confirm, doubt, forget } = this.#seen.look(cut, clock.monotonic(), log.leaseMs);
    const stands = confirm !== undefined && incarnationOf(confirm) === this.#registered;
    if (stands && confirm !== this.#confirmed) void this.#confirm(confirm);
    const others = (sessions: ReadonlySet<string>): ReadonlySet<string> =>
      new Set([...sessions].filter((session) => session !== this.#id));
    if (others(doubt).size > 0) this.#behind((now) => doubted(now, others(doubt)));
    if (others(forget).size > 0) this.#behind((now) => forgotten(now, others(forget)));
  }

  async #confirm(naming: string): Promise<void> {
    try {
      await this.#seat.confirm(naming);
      this.#confirmed = naming;
    } catch {
      // The next read confirms it.
    }
  }

  /** Nobody waits for it; the next read finds what was missed. */
  #behind(edit: (now: ShortCut) => ShortCut | undefined): void {
    if (!this.#closed) void this.#change(edit).catch(() => undefined);
  }

  async #change(
    edit: (now: ShortCut) => ShortCut | undefined,
    call?: Call,
  ): Promise<LogHead | undefined> {
    return this.#options.log.changeShortCut?.(edit, call);
  }
}
