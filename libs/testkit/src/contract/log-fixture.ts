import type { InvalidationLog } from "@cogniverse/sdk";

/** A log of its own for one test, in which nothing was appended yet. */
export interface LogFixture extends Partial<AsyncDisposable> {
  readonly log: InvalidationLog;
  /** Closes what the log lives in. Left out: it cannot be closed. */
  close?(): Promise<void>;
  /** Opens the same log again after {@link close}. Left out: it does not survive. */
  reopen?(): Promise<InvalidationLog>;
}

/** Makes a fixture; the suite disposes of it. */
export type LogFactory = () => Promise<LogFixture> | LogFixture;

/** One rule of the contract. */
export type LogRule = (name: string, check: (fixture: LogFixture) => Promise<void>) => void;
