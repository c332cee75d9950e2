import type { Call, Options } from "./call.ts";
import type { Position } from "./position.ts";
import type { Scope } from "./scope.ts";

/** `hard`: nothing it covers is served again. `soft`: so far the same; a reader may later be allowed to take such copies. */
export type InvalidationMode = "hard" | "soft";

/**
 * One invalidation. `digest`: SHA-256, hex, of the key's new content where it is known; what was derived from the same content
 * lives on. `fill`: a computed value came with other content, which nobody said to be newer than anything: it kills like any other, and a put
 * or refresh does not give way to it. `at`: epoch milliseconds of the writer, for people; nothing is decided by it. `node`: who wrote it.
 */
export type LogRecord = Readonly<{
  position: Position;
  tenantId: string;
  scope: Scope;
  mode: InvalidationMode;
  digest?: string;
  fill?: true;
  at: number;
  node: string;
  reason?: string;
}>;

/** A record before it has its place. */
export type NewRecord = Readonly<Omit<LogRecord, "position">>;

/** A position and the log that it is of. `logId` is made when a log is created and never used for another, so that nothing is taken for a place in a later log. */
export type LogPlace = Readonly<{ logId: string; position: Position }>;

/**
 * The last place of a log. `shortCut`: what the log said at this head
 * of who may be asked instead of waiting for D; only from a log that keeps it.
 */
export type LogHead = LogPlace & Options<{ shortCut: ShortCut }>;

/**
 * What a log says of the {@link SessionTable} beside it. Every node that serves stands in the table that `table` names (its incarnation, a
 * space, and an id of this naming, so that a table that is named once more is another; "" = none), or in `alone`: it serves by this log without the table, so that only D acknowledges. `leaving`: somebody doubts that
 * the node still runs; it serves on only once it has taken that back.
 */
export type ShortCut = Readonly<{
  table: string;
  alone: readonly Readonly<{ session: string; leaving: boolean }>[];
}>;

/**
 * What a log holds after a position. `records`: gapless and in order, up to `head`. `reset`: it cannot say (another log, or it no longer keeps
 * that far back): load a snapshot.
 */
export type LogDelta =
  | Readonly<{ type: "records"; head: LogHead; records: readonly LogRecord[] }>
  | Readonly<{ type: "reset"; head: LogHead }>;

/**
 * Records that say all that the whole log up to `head` says: per tenant and scope at least the last one of each mode, and the last one
 * whose digest is not that of the very last. In order of position. What was forgotten (see {@link InvalidationLog.forgetTenant}) is not among them: a record that covers it is.
 */
export type LogSnapshot = Readonly<{ head: LogHead; records: readonly LogRecord[] }>;

/** `unless`: append nothing if a record after `since` covers one of `scopes` in the tenant of the first record. Decided and done in one atomic step. */
export type AppendOptions = Call &
  Options<{ unless: Readonly<{ since: Position; scopes: readonly Scope[] }> }>;

/**
 * The one log of a deployment. Positions come from here only. Readers pull: what a node may serve depends on when its last
 * successful read *began*, and only the reader knows that.
 */
export interface InvalidationLog {
  /**
   * The time D in milliseconds after which a node that could not read the head serves nothing, and after which an append may be
   * called acknowledged everywhere. 0 = no other process can read or write this log. It is the log's, not the node's: where nodes are configured
   * differently the log keeps the greatest, so it may grow with any answer, and an append's answer brings the D that acknowledges it.
   */
  readonly leaseMs: number;
  /**
   * True where every process that can append lives under this machine's monotonic clock. That clock stands still for all of them while
   * the machine sleeps, so it alone measures the lease; else the wall clock is asked too, on every hit.
   */
  readonly sharesClock?: boolean;
  /** Resolves with the head after the records, which got the positions up to it in order, once they are as durable as the log is. `undefined`: see `unless`. */
  append(records: readonly NewRecord[], options?: AppendOptions): Promise<LogHead | undefined>;
  head(call?: Call): Promise<LogHead>;
  /** All after `from`, as of some moment after the call began. */
  read(from: LogHead, call?: Call): Promise<LogDelta>;
  snapshot(call?: Call): Promise<LogSnapshot>;
  /** As {@link read}, for a log that can answer without leaving the process. */
  readNow?(from: LogHead): LogDelta;
  /** For one reader that serves by what it reads. Left out: D alone acknowledges what the log took. */
  session?(): LogSession;
  /**
   * Replaces what the log says of the table beside it by what `edit` makes of it, in one atomic step with the position of the answer; `edit` may run
   * several times and answers `undefined` where nothing is to be changed. There only where such a table may be used.
   */
  changeShortCut?(edit: (now: ShortCut) => ShortCut | undefined, call?: Call): Promise<LogHead>;
  /**
   * Drops what the log says of a tenant below position `before`: where a hard record on the whole tenant stands there or later, that one says it all. Nothing is dropped
   * where none does. Positions stay as they are, the head too: a reader that has got as far as `before` notices nothing, one that lags behind may be told
   * `reset`. Resolves once no client of the same storage finds what was dropped, but for what the log's package says of it. To be called as often as one
   * likes, by several nodes at a time; a call that was cut short is finished by the next one.
   */
  forgetTenant?(tenantId: string, before: Position, call?: Call): Promise<void>;
}

/** Records just appended, gapless, the last of them at `head`. Not to be trusted for more: they may come twice, late, or out of order. */
export type LogNews = Readonly<{ head: LogHead; records: readonly LogRecord[] }>;

/**
 * The place of one reader among all that serve by a log (protocol rules 9 to 11). Its reads say how far the reader has got, so that an
 * append can be acknowledged as soon as every session has it: an answer to {@link read} or {@link snapshot} lets the reader serve until
 * {@link InvalidationLog.leaseMs} after the call BEGAN, and the session is registered before the log is read. Calls that only append or look go to
 * the log itself. Disposing gives the place back: to be called once the reader serves no more.
 */
export interface LogSession extends AsyncDisposable {
  /** As {@link InvalidationLog.read}; says that the caller has applied all up to `from`. */
  read(from: LogHead, call?: Call): Promise<LogDelta>;
  /** As {@link InvalidationLog.snapshot}; says that the caller has applied nothing. */
  snapshot(call?: Call): Promise<LogSnapshot>;
  /** As {@link read}, for a session that can do it without leaving the process. */
  readonly readNow?: ((from: LogHead) => LogDelta) | undefined;
  /** Says that all up to `head` has been applied, for those who wait. Extends nothing; a failure is passed over, since the next read says it again. */
  applied(head: LogHead): void;
  /** Tells the other sessions of records that the log just took, so that they need not wait for their next read. A failure is passed over. */
  readonly announce?: ((news: LogNews) => void) | undefined;
  /**
   * Resolves with the number of other sessions as soon as each of them has applied all up to `head` or can serve no more; `undefined` where
   * that cannot be told, so that only D can. The caller itself has applied it.
   */
  settled(head: LogHead, call?: Call): Promise<number | undefined>;
  /** Calls `wake` when there may be something new, with the news where the announcement has them. May be lost, late or twice. */
  readonly watch?: ((wake: (news?: LogNews) => void) => Disposable) | undefined;
}
