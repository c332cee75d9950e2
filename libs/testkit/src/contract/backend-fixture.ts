import type { CacheBackend, Clock, UnreadableCopy } from "@cogniverse/sdk";

/** A backend of its own for one test: nothing is stored in it yet, and nobody else writes to it. On a shared server: a key prefix or bucket of its own. */
export interface BackendFixture extends Partial<AsyncDisposable> {
  readonly backend: CacheBackend;
  /** The clock that the instants in metadata are on. Left out: this machine's. */
  readonly clock?: Pick<Clock, "now">;
  /** Lets `ms` milliseconds pass on the backend's clock and on `clock`: moves a fake clock, or waits for a real server. */
  advance(ms: number): Promise<void> | void;
  /** Opens the same storage again after `backend` was closed. */
  reopen?(): Promise<CacheBackend>;
  /**
   * A second node: another backend onto the same storage while the first one lives, as another process would open it. `leaseMs`: the D that
   * this node is configured with, where the contract says `configurableLease`. The fixture closes it when it is disposed of.
   */
  another?(options?: Readonly<{ leaseMs?: number }>): Promise<CacheBackend>;
  /** Somebody wipes the storage behind the living backend: copies, log and all. */
  forget?(): Promise<void>;
  /** Makes the stored copy one that cannot be told. Asked for the kinds that the contract claims as `unreadable`. */
  spoil?(key: string, tenantId: string, how: UnreadableKind): Promise<void>;
  /** Names of what lies in the storage beside the copies themselves: temporary files, open multipart uploads. */
  leftovers?(): Promise<readonly string[]>;
  /** The next append to the log of `backend` does its work in the storage, and its answer never arrives: the connection breaks, or the limit of time passes. */
  loseAnswer?(): Promise<void> | void;
}

/** Makes a fixture; the suite disposes of it. */
export type BackendFactory = () => Promise<BackendFixture> | BackendFixture;

/** What a stored copy can be instead of readable, apart from expired. */
export type UnreadableKind = Exclude<UnreadableCopy["unreadable"], "expired">;

/** What a fixture can do to its backend from outside. Rules that need one are registered where it is said to be there. */
export type Hook = "reopen" | "another" | "forget" | "spoil" | "leftovers" | "loseAnswer";

/** All of them; the suite checks that a fixture has those it says and no other. */
export const HOOKS: readonly Hook[] = [
  "reopen",
  "another",
  "forget",
  "spoil",
  "leftovers",
  "loseAnswer",
];

/** The optional properties of a backend. */
export type Capability =
  | "entries"
  | "batch"
  | "streams"
  | "scan"
  | "leases"
  | "log"
  | "residents"
  | "evictions"
  | "purge";

/** All of them; the suite checks that a backend has those it claims and no other. */
export const CAPABILITIES: readonly Capability[] = [
  "entries",
  "batch",
  "streams",
  "scan",
  "leases",
  "log",
  "residents",
  "evictions",
  "purge",
];
