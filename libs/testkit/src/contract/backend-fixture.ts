import type { CacheBackend, Clock } from "@cogniverse/sdk";

/** A backend of its own for one test: nothing is stored in it yet, and nobody else writes to it. */
export interface BackendFixture extends Partial<AsyncDisposable> {
  readonly backend: CacheBackend;
  /** The clock that the instants in metadata are on. Left out: this machine's. */
  readonly clock?: Pick<Clock, "now">;
  /** Lets `ms` milliseconds pass on the backend's clock and on `clock`: moves a fake clock, or waits for a real server. */
  advance(ms: number): Promise<void> | void;
  /** Opens the same storage again after `backend` was closed. Left out: it cannot be. */
  reopen?(): Promise<CacheBackend>;
}

/** Makes a fixture; the suite disposes of it. */
export type BackendFactory = () => Promise<BackendFixture> | BackendFixture;

/** The optional properties of a backend. */
export type Capability =
  | "entries"
  | "batch"
  | "streams"
  | "scan"
  | "leases"
  | "log"
  | "residents"
  | "evictions";

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
];
