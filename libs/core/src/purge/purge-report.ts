import type { Options, Position } from "@cogniverse/sdk";

/** What a purge has removed from one tier so far. */
export type PurgeProgress = Readonly<{ tier: string; removed: number }>;

/**
 * Options of a purge. `reason`: kept with the record. `signal`: aborting it ends the removal; what was acknowledged stays dead, and the next purge goes on.
 * `onProgress`: told now and then; must not throw.
 */
export type PurgeOptions = Options<{
  reason: string;
  signal: AbortSignal;
  onProgress: (progress: PurgeProgress) => void;
}>;

/** What a purge came to in one tier. `incomplete`: it failed for the reason `why`, and something may be left there. */
export type TierPurge = Readonly<{
  tier: string;
  state: "complete" | "incomplete";
  removed: number;
  why?: string;
}>;

/**
 * What became of what the log said of the tenant before. `complete`: it keeps the two records of the purge and nothing else; `incomplete`: it failed for the reason
 * `why`, and is taken up by any node later; `kept`: this log cannot forget.
 */
export type LogPurge = Readonly<{ state: "complete" | "incomplete" | "kept"; why?: string }>;

/**
 * What a purge came to. It writes two records in one step: by the first the whole tenant is dead, by the second nodes clear their own tiers. `position`: the
 * second one's place, the first is one before; from then on no node serves anything older. `nodes`: as in `Invalidation`. `removed`: entries
 * over all tiers; one that two of them held counts in both. `isKnown`: there was a record of the tenant before, or something to remove; else its name may be
 * a mistake.
 */
export type PurgeReport = Readonly<{
  tenantId: string;
  position: Position;
  nodes: number;
  elapsedMs: number;
  removed: number;
  isKnown: boolean;
  tiers: readonly TierPurge[];
  log: LogPurge;
}>;
