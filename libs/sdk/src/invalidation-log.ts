import type { Call, Options } from "./call.ts";
import type { Position } from "./position.ts";
import type { Scope } from "./scope.ts";

/** `hard`: nothing it covers is served again. `soft`: a stale copy may be served while it is computed anew. */
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

/** The last position of one log. `logId` is made when a log is created and never used for another. */
export type LogHead = Readonly<{ logId: string; position: Position }>;

/**
 * What a log holds after a position. `records`: gapless and in order, up to `head`. `reset`: it cannot say (another log, or it no longer keeps
 * that far back): load a snapshot.
 */
export type LogDelta =
  | Readonly<{ type: "records"; head: LogHead; records: readonly LogRecord[] }>
  | Readonly<{ type: "reset"; head: LogHead }>;

/**
 * Records that say all that the whole log up to `head` says: per tenant and scope at least the last one of each mode, and the last one
 * whose digest is not that of the very last. In order of position.
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
  /**
   * Resolves as soon as no other node can serve from before `head`, with the number of other nodes; `undefined` where only the
   * passing of {@link leaseMs} tells.
   */
  settled?(head: LogHead, call?: Call): Promise<number | undefined>;
  /** Calls `wake` when there may be something new. May be lost, late or twice. */
  watch?(wake: () => void): Disposable;
}
