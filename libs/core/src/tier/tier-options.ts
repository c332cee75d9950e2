import type { CacheBackend } from "@cogniverse/sdk";

/** A backend at a place in the order of tiers. */
export interface TierOptions {
  /** Unique, not a number, as policies and options name it. */
  readonly name: string;
  readonly backend: CacheBackend;
  /** A call that takes longer counts as failed. Default: none for a process-local backend, 2,000 for one on this machine, 5,000 for a shared one and for one that does not say. */
  readonly timeLimitMs?: number | undefined;
  /** So many failures in a row open the breaker: the tier is left out. Default 5. */
  readonly breakerFailures?: number | undefined;
  /** How long an open breaker waits before it lets one call probe. Default 1,000. */
  readonly breakerPauseMs?: number | undefined;
}
