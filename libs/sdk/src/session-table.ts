import type { Call } from "./call.ts";
import type { LogHead, LogNews } from "./invalidation-log.ts";

/**
 * Who serves by a log that stands elsewhere, and how far each has got: what lets an invalidation be acknowledged before D has passed where the
 * log itself is slow to ask (protocol rules 9 to 11). It may be lost, flushed or evicted at any time: it gets a new incarnation then, which shortens
 * nothing before it is confirmed.
 */
export interface SessionTable {
  /**
   * `session`: unique, made for this one seat. `leaseMs`: D as the log says it, asked each time since it may grow; a session that was silent for so
   * long can serve no more. Nothing is registered before the first report.
   */
  seat(session: string, leaseMs: () => number): SessionSeat;
}

/** One session in the table. Disposing takes it out: to be called once the session serves no more. */
export interface SessionSeat extends AsyncDisposable {
  /**
   * Registers the session or renews it, says what it has applied, and resolves with the incarnation of the table in which it stands. A
   * session stays until it is given back, or has not been renewed for D by a monotonic clock; no clock of a server decides it. Throws where the table does not answer.
   */
  report(head: LogHead, call?: Call): Promise<string>;
  /**
   * Resolves with the number of other sessions once each of them has applied all up to `head` or is gone. `undefined`: the table is not
   * the one that `naming` means, or was not confirmed under just this naming. Says for the caller that it has applied `head` itself.
   */
  settled(head: LogHead, naming: string, call?: Call): Promise<number | undefined>;
  /**
   * Who serves without standing in this table can serve no more: from now on it may shorten acknowledgements to those who ask under `naming`, and
   * to nobody under an earlier one. Nothing where that incarnation is gone. `naming`: the incarnation, a space, and what makes this naming of it unique.
   */
  confirm(naming: string, call?: Call): Promise<void>;
  /** Tells the other sessions; may be lost. */
  announce(news: LogNews): void;
  watch(wake: (news?: LogNews) => void): Disposable;
}
