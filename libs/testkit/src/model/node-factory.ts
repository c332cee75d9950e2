import type {
  CacheBackend,
  CacheManager,
  Clock,
  InvalidationLog,
  Random,
  SessionTable,
} from "@cogniverse/sdk";

/**
 * What a node under test is made of. `tiers`: below the memory tier, fastest first, each with the time limit of a call in milliseconds; `memoryEntries`: how many
 * entries a tier in the node's own memory above them may hold, 0 = it has none. What a bounded tier evicts is to be demoted. `ttlMs`: after that entries expire, 0 = never. `waitMs`: how long a call
 * waits for the log before it computes instead.
 */
export interface ModelNodeSetting {
  readonly tiers: readonly Readonly<{ name: string; backend: CacheBackend; timeLimitMs: number }>[];
  readonly memoryEntries: number;
  readonly log: InvalidationLog;
  /** For a log that names a table of sessions on another server. */
  readonly sessions: SessionTable | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly ttlMs: number;
  readonly waitMs: number;
}

/** What an operator does to the entries of a tenant: removes what is dead, or everything. Left out: programs do not do it. */
export interface ModelUpkeep {
  sweep?(tenantId: string, options: Readonly<{ rate: number }>): Promise<unknown>;
  purge?(tenantId: string): Promise<unknown>;
}

/** The calls of a cache that programs are made of. */
export type ModelCache = ModelUpkeep &
  Pick<
    CacheManager,
    "get" | "getOrCompute" | "put" | "delete" | "invalidate" | "position" | "close"
  >;

/** Makes one node: the code under test. All its I/O and all its time must come from the setting, or no run could be repeated. */
export type ModelNodeFactory = (setting: ModelNodeSetting) => ModelCache;
