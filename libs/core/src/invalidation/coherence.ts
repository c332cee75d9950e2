import {
  CacheError,
  type AppendOptions,
  type Call,
  type Clock,
  type InvalidationLog,
  type Logger,
  type LogHead,
  type LogNews,
  type LogSession,
  type NewRecord,
  type Position,
} from "@cogniverse/sdk";
import { Applied } from "./applied.ts";
import { LogStatus } from "./log-status.ts";
import type { Mirror } from "./mirror.ts";
import { ageMs, leaseSpanMs, shorterLeaseMs, startReading, type ReadStart } from "./lease-span.ts";
import { ClockJump } from "../time/clock-jump.ts";
import { atMost } from "../time/at-most.ts";
import { ReadLimits } from "./read-limits.ts";
import { Settlement, type Settled } from "./settlement.ts";
import { appendUnlessTold } from "./unless-told.ts";

/** How often the clocks are compared where no lease needs a heartbeat. */
const CLOCK_CHECK_MS = 1000;
const UNREADABLE = "The invalidation log took the record but could not be read back";

/** What {@link Coherence} needs. */
export interface CoherenceOptions {
  readonly log: InvalidationLog;
  /** The own place among those who serve by `log`. Ended by {@link Coherence.close}. */
  readonly session: LogSession;
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a caller waits for a read of the log, in milliseconds. */
  readonly readLimitMs: number;
}

/**
 * Keeps the mirror level with the log and knows until when this node may serve. A node serves only if its last successful read
 * of the log *began* less than D ago (protocol rule 8). Where other machines append, on both clocks: the monotonic one stands
 * still while the machine sleeps and the wall clock may be set back; the greater age of the two fences a node in either
 * case. Where all share this machine's monotonic clock, it alone is exact: it stands still for the waiting invalidator as well.
 */
export class Coherence {
  /** How long the log may take for an answer, whoever asks it. */
  readonly limits: ReadLimits;
  readonly #options: CoherenceOptions;
  readonly #applied: Applied;
  /** The end of the lease on the monotonic clock; -Infinity without one. For the hot path, which writes out {@link isLive}. */
  servesUntil: number = -Infinity;
  /** The same on the wall clock; Infinity where the monotonic one says it all, so that nobody need ask. */
  servesUntilWall: number = -Infinity;
  readonly #clockJump: ClockJump;
  readonly #status: LogStatus;
  #syncing: Promise<boolean> | undefined;
  #heartbeat: Disposable | undefined;
  #watching: Disposable | undefined;
  readonly #settlement: Settlement;
  /** The latest read of the log that succeeded. */
  #read: ReadStart | undefined;
  #isAway = false;
  #closed = false;

  constructor(options: CoherenceOptions) {
    this.#options = options;
    const { clock, log, session } = options;
    this.limits = new ReadLimits(options);
    this.#status = new LogStatus(options.logger);
    this.#settlement = new Settlement({ log, session, clock, status: this.#status });
    this.#applied = new Applied(options.mirror);
    this.#clockJump = new ClockJump(options.clock);
  }

  /** Whether a copy may be served now. Read in the same synchronous step as the mirror, after the last await. */
  isLive(): boolean {
    if (this.servesUntil === Infinity) return true;
    const { clock } = this.#options;
    return clock.monotonic() < this.servesUntil && clock.now() < this.servesUntilWall;
  }

  /** As {@link isLive}, after a read of the log in this very step where that is possible: a starved process then loses no lease. */
  serves(): boolean {
    return this.isLive() || (!this.#isAway && this.#syncNow() && this.isLive());
  }

  /** The log that the mirror speaks for; "" before the first read. */
  get logId(): string {
    return this.#applied.head?.logId ?? "";
  }

  /** The last position in the mirror: what a compute that begins now gets as its `asOf`. */
  get position(): Position {
    return this.#applied.position;
  }

  /** Milliseconds since what this node knows of the log was certainly all; 0 where it alone appends, `undefined` before the first read. */
  get ageMs(): number | undefined {
    return this.#read && ageMs(this.#read, this.#options);
  }

  /** Whether the last attempt to read the log failed. */
  get isAway(): boolean {
    return this.#isAway;
  }

  get leaseMs(): number {
    return this.#options.log.leaseMs;
  }

  /** How many acknowledgements the word of every other node ended, and how many the passing of D. */
  get acknowledged(): Readonly<Settlement["counts"]> {
    return this.#settlement.counts;
  }

  /**
   * Resolves true once this node may serve, false where the log does not answer within the caller's limit. Callers share one attempt; while the log
   * hangs or fails nobody waits for it a second time, since the heartbeat finds out when it answers again.
   */
  async renew(): Promise<boolean> {
    if (this.isLive()) return true;
    if (this.#isAway) return false;
    const { clock, readLimitMs } = this.#options;
    // Ends the wait, not the read: a log slower than a caller's patience still renews the lease for the next one.
    if (!(await atMost(clock, readLimitMs, this.#sync()))) this.#isAway = true;
    return this.isLive();
  }

  /** The log's head now, from the log itself. Throws `tier_unavailable` or what the log throws. */
  async head(call?: Call): Promise<LogHead> {
    return this.limits.read((limited) => this.#options.log.head(limited), call?.signal);
  }

  /**
   * Appends, and has the records in the own mirror before it resolves. `undefined`: see `unless`. Throws where the log cannot be reached: nothing
   * was promised then, though the records may have landed.
   */
  async append(
    records: readonly NewRecord[],
    options?: AppendOptions,
  ): Promise<LogHead | undefined> {
    const news = await this.limits.read(
      ({ signal }) =>
        appendUnlessTold(this.#options.log, this.logId, records, { ...options, signal }),
      options?.signal,
    );
    if (news === undefined) return undefined;
    this.#options.session.announce?.(news);
    this.#applied.take(news);
    await this.#reach(news.head);
    return news.head;
  }

  /** Reads the log's head now, and has all up to it in the own mirror before it resolves. Throws as {@link append} does. */
  async caughtUp(call?: Call): Promise<LogHead> {
    const head = await this.head(call);
    await this.#reach(head);
    return head;
  }

  /** Resolves once no other node can serve from before `head`, which was durable when this was called. */
  settled(head: LogHead, signal?: AbortSignal): Promise<Settled> {
    return this.#settlement.of(head, signal);
  }

  /** Ends the heartbeat and gives the session back; nothing is served from here on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.limits[Symbol.dispose]();
    this.#settlement[Symbol.dispose]();
    this.servesUntil = -Infinity;
    this.#heartbeat?.[Symbol.dispose]();
    this.#watching?.[Symbol.dispose]();
    this.servesUntilWall = -Infinity;
    // Who is not told waits for D once; nothing else depends on it.
    await Promise.resolve(this.#options.session[Symbol.asyncDispose]()).catch(() => undefined);
  }

  /** One read of the log for all who ask meanwhile. Never rejects. */
  #sync(): Promise<boolean> {
    if (this.#syncNow()) return Promise.resolve(true);
    this.#syncing ??= this.#syncOnce().finally(() => (this.#syncing = undefined));
    return this.#syncing;
  }

  /** False where only an awaited read will do. */
  #syncNow(): boolean {
    const { log, session, clock } = this.#options;
    const from = this.#applied.head;
    if (session.readNow === undefined || from === undefined || this.#syncing !== undefined)
      return false;
    const start = startReading(clock, log);
    try {
      const delta = session.readNow(from);
      if (delta.type === "reset" || !this.#takes(delta)) return false;
      this.#extend(start);
      return true;
    } catch {
      return false; // the awaited read meets the same fault and reports it
    }
  }

  async #syncOnce(): Promise<boolean> {
    try {
      const read = await this.#readOn();
      this.#extend(read ?? (await this.#load()));
      // A snapshot of many scopes takes longer than the lease that it gives, which counts from its beginning: a read gives one that begins now.
      if (read === undefined && !this.isLive()) this.#extend(await this.#readOn());
      return true;
    } catch (error) {
      this.#lost(error);
      return false;
    }
  }

  /** When it began. `undefined`: the log does not go on from the mirror. */
  async #readOn(): Promise<ReadStart | undefined> {
    const { log, session, clock } = this.#options;
    const from = this.#applied.head;
    if (from === undefined) return undefined;
    // Before the request: what the log says was true at some moment after this.
    const start = startReading(clock, log);
    const delta = await this.limits.read((call) => session.read(from, call));
    return delta.type === "records" && this.#takes(delta) ? start : undefined;
  }

  /** As {@link #readOn}, whatever is in the mirror. */
  async #load(): Promise<ReadStart> {
    const { log, session, clock } = this.#options;
    const start = startReading(clock, log);
    const before = this.#applied.head;
    const snapshot = await this.limits.snapshot((call) => session.snapshot(call));
    this.#status.loaded(before, snapshot.head);
    await this.#applied.load(snapshot, before);
    this.#tellApplied();
    return start;
  }

  #hear(news: LogNews | undefined): void {
    if (this.#closed) return;
    if (news === undefined || !this.#takes(news)) this.#beat();
  }

  /** False where the records do not go on from the mirror. Where they are new, others may wait to hear of it. */
  #takes(news: LogNews): boolean {
    const taken = this.#applied.take(news);
    if (taken === true) this.#tellApplied();
    return taken !== undefined;
  }

  #tellApplied(): void {
    if (this.#applied.head !== undefined) this.#options.session.applied(this.#applied.head);
  }

  #extend(start: ReadStart | undefined): void {
    if (this.#closed || start === undefined) return;
    const { log, session, clock } = this.#options;
    const leaseMs = shorterLeaseMs(start.leaseMs, log.leaseMs);
    const span = leaseSpanMs(leaseMs);
    this.servesUntil = Math.max(this.servesUntil, start.monotonic + span);
    this.servesUntilWall = log.sharesClock === true ? Infinity : start.wall + span;
    this.#isAway = false;
    if (this.#read === undefined || start.monotonic > this.#read.monotonic) this.#read = start;
    this.#status.read(this.position);
    this.#heartbeat?.[Symbol.dispose]();
    this.#heartbeat = clock.after(span === Infinity ? CLOCK_CHECK_MS : leaseMs / 3, () =>
      this.#beat(),
    );
    this.#watching ??= session.watch?.((news) => this.#hear(news));
  }

  #beat(): void {
    if (this.#closed) return;
    // The hot path goes by the monotonic clock: what it worked out from the wall clock is worked out anew.
    if (this.#clockJump.happened()) this.#options.mirror.recheckAll();
    void this.#sync();
  }

  #lost(error: unknown): void {
    const { clock, log } = this.#options;
    if (this.#closed) return;
    this.#isAway = true;
    this.#heartbeat?.[Symbol.dispose]();
    this.#heartbeat = clock.after(Math.max(log.leaseMs / 3, 50), () => this.#beat());
    this.#status.lost(error);
  }

  async #reach(head: LogHead): Promise<void> {
    for (let reads = 0; !this.#applied.covers(head); reads++) {
      // Another log's head can only mean that the log was replaced: everything is dead then, also what we ask for. The first read may be
      // one that began before we asked and still speaks for the log before it; the second cannot.
      if (reads > 1 && this.logId !== head.logId) break;
      if (!(await this.#sync()))
        throw new CacheError("tier_unavailable", UNREADABLE, { retryable: true });
    }
  }
}
