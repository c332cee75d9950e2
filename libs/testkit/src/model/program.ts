import type { InvalidationMode, Scope } from "@cogniverse/sdk";

/** A tier below the memory tier. `own`: one for each node, which outlives a restart; `six`: without the capability `entries`. */
export type ModelTier = Readonly<{ place: "own" | "shared"; form: "entries" | "six" }>;

/**
 * What a program runs in. `memoryEntries`: bound of each node's memory tier, 0 = it has none. `sessions`: who knows
 * who serves, nobody, the log itself, or a table on another server that the log names; `news`: what becomes of announcements. `keptRecords`: a reader further behind has to load a snapshot, 0 = the log keeps all. `clocks`: `machine` = all nodes under one monotonic clock, `jumping` = wall
 * clocks are set forth and back, `sleeping` = a paused machine may count the time on its wall clock alone. `ttlMs`: after that entries expire, 0 = never.
 */
export interface ModelWorldPlan {
  readonly nodes: number;
  readonly memoryEntries: number;
  readonly tiers: readonly ModelTier[];
  readonly sessions: "none" | "log" | "table";
  readonly news: "none" | "reliable" | "lossy";
  readonly keptRecords: number;
  readonly clocks: "machine" | "jumping" | "sleeping";
  readonly ttlMs: number;
}

/** A way that can be cut: to the log, to the table of who serves where that stands elsewhere, or to a tier by its index. */
export type ModelLink = "log" | "table" | number;

/** Whose entry: a tenant and one of the keys of the catalog. */
export type ModelEntry = Readonly<{ tenant: string; key: string }>;

/**
 * What a step does. Calls: `get`, `compute` (getOrCompute), `refresh`, `put`, `putSince` (of what was read before), `delete`, `invalidate` (`touches`: nothing
 * changed at the source), `purge` and `sweep` of a tenant, where the cache has them. The rest is what happens to the world: `evict` (a tier forgets a copy, which reads then promote again), `demote` (it tells of it first), `crash`, `restart`, `pause`,
 * `resume`, `cut` and `heal` (the way to the log, to the table, or to a tier by its index), `jump` (the wall clock), `pass` (time), `quiet` (all calls end), `lose` (the
 * log, or only the table of who serves).
 */
export type ModelAct =
  | (ModelEntry & Readonly<{ do: "get" | "compute" | "refresh" | "put" | "putSince" | "delete" }>)
  | Readonly<{
      do: "invalidate";
      tenant: string;
      scope: Scope;
      mode: InvalidationMode;
      wait: "everywhere" | "durable";
      touches: boolean;
    }>
  | Readonly<{ do: "purge"; tenant: string }>
  | Readonly<{ do: "sweep"; tenant: string }>
  | (ModelEntry & Readonly<{ do: "evict" | "demote"; tier: number }>)
  | Readonly<{ do: "crash" | "restart" | "pause" | "sleep" | "resume" | "quiet" }>
  | Readonly<{ do: "cut" | "heal"; link: ModelLink }>
  | Readonly<{ do: "jump" | "pass"; ms: number }>
  | Readonly<{ do: "lose"; what: "log" | "table" }>;

/** One step: who does it, and how many turns of the scheduler follow before the next step begins. */
export type ModelStep = ModelAct & Readonly<{ node: number; turns: number }>;

/** A program: a world, the steps, and the seed from which the scheduler draws the order of everything else. */
export interface ModelProgram {
  readonly world: ModelWorldPlan;
  readonly seed: number;
  readonly steps: readonly ModelStep[];
}
