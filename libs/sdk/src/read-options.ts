import type { Options } from "./call.ts";
import type { LogPlace } from "./invalidation-log.ts";

/** Options of reads and puts. Whatever is left out comes from the key's policy. */
export type ReadOptions<T> = Options<{
  /** Whether the tier of that name takes part in this call; a tier that the policy excludes can be switched on too. */
  hot: boolean;
  warm: boolean;
  cold: boolean;
  /** The same for tiers of any name; wins over the three above. */
  tiers: Readonly<Record<string, boolean>>;
  /** Seconds > 0 for what this call stores; `null` = never expires. */
  ttl: number | null;
  /** Compute, replace on every node and tier, and be acknowledged like a put. */
  refresh: boolean;
  /** Neither read nor write any tier; compute. */
  bypass: boolean;
  /** Answering false returns the value without storing it. */
  shouldCache: (value: T) => boolean;
  /** Aborts this caller only; the compute goes on while others wait for it. */
  signal: AbortSignal;
}>;

/** Options of an explicit put. */
export type PutOptions<T> = ReadOptions<T> &
  Options<{
    /** Where the log was before anything was read that the value is derived from: what `position()` gave. Of a log that was replaced meanwhile nothing is known, so the put is superseded. Left out: the log's head at the call. */
    since: LogPlace;
    tags: readonly string[];
    /** The caller's own string map, kept with the entry. */
    metadata: Readonly<Record<string, string>>;
  }>;

/**
 * Why a tier did not answer a read: `absent`; `expired`; `invalidated` (also a copy of another log); `corrupt`; `unsupported` (frame of a
 * later release); `foreign` (not written by this cache); `undecodable` (its codec refused it); `bypassed` (policy or options
 * leave the tier out); `tier-down` (error, time limit or open breaker); `log-down` (the invalidation log cannot be read, so nothing may be served from any tier); `archived` (must be restored by the service first).
 */
export type MissCause =
  | "absent"
  | "expired"
  | "invalidated"
  | "corrupt"
  | "unsupported"
  | "foreign"
  | "undecodable"
  | "bypassed"
  | "tier-down"
  | "log-down"
  | "archived";

/**
 * What `getOrCompute` came to. `from`: the tier that had the value, or the compute; `bytes`: its encoded size, 0 where it was
 * computed and not stored; `computeMs`: what it cost to make, now or then.
 */
export type ComputeInfo<T> = Readonly<
  | { from: "tier"; tier: string; value: T; bytes: number; computeMs: number; causes: Causes }
  | { from: "compute"; value: T; bytes: number; computeMs: number; stored: boolean; causes: Causes }
>;

/** Why each tier that was asked did not answer, by tier name, in tier order. */
export type Causes = Readonly<Record<string, MissCause>>;

/** What a read found, and where. `causes`: one for each tier by name, in tier order. Ages in milliseconds; `remainingMs` `null` = never expires. */
export type ReadInfo<T> =
  | Readonly<{
      hit: true;
      value: T;
      tier: string;
      ageMs: number;
      remainingMs: number | null;
      stale: boolean;
      causes: Readonly<Record<string, MissCause>>;
    }>
  | Readonly<{ hit: false; causes: Readonly<Record<string, MissCause>> }>;
