import type { InvalidationLog, Options } from "@cogniverse/sdk";
import type { Deviations } from "./rule-book.ts";

/** A log of its own for one test, in which nothing was appended yet. */
export interface LogFixture extends Partial<AsyncDisposable> {
  readonly log: InvalidationLog;
  /** Closes what the log lives in. */
  close?(): Promise<void>;
  /** Opens the same log again after {@link close}. */
  reopen?(): Promise<InvalidationLog>;
  /**
   * A second node's log onto the same storage while the first one lives. `leaseMs`: the D that this node is configured with, where the
   * contract says `configurableLease`. The fixture closes it when it is disposed of.
   */
  another?(options?: Readonly<{ leaseMs?: number }>): Promise<InvalidationLog>;
  /** Somebody wipes the storage behind the living log. */
  forget?(): Promise<void>;
  /** The next append to `log` does its work in the storage, and its answer never arrives. */
  loseAnswer?(): Promise<void> | void;
}

/** What a fixture can do to its log from outside. Rules that need one are registered where it is said to be there. */
export type LogHook = "close" | "reopen" | "another" | "forget" | "loseAnswer";

/** All of them; the suite checks that a fixture has those it says and no other. */
export const LOG_HOOKS: readonly LogHook[] = ["close", "reopen", "another", "forget", "loseAnswer"];

/** What the fixture of a log can do, and what its storage is known to break. */
export type LogContractOptions = Options<{
  /** What the fixture has; it must have no other. None. */
  hooks: readonly LogHook[];
  /** True where `another({ leaseMs })` heeds it. */
  configurableLease: boolean;
  /** Rules that the storage is known to break, with the reason: each is run and must fail. None. */
  deviations: Deviations;
  /** False where the log has no `forgetTenant`. */
  forgets: boolean;
  /** How many records make a reader that has none of them far behind: 2,000. Appended 100 at a time. */
  farBehind: number;
  /** Time limit of each test: 60,000. */
  timeoutMs: number;
}>;

/** Makes a fixture; the suite disposes of it. */
export type LogFactory = () => Promise<LogFixture> | LogFixture;

/** One rule of the contract. */
export type LogRule = (name: string, check: (fixture: LogFixture) => Promise<void>) => void;
