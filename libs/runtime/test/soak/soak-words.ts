import type { InvalidationMode, Scope } from "@cogniverse/sdk";
import type { CachingConfig } from "../../src/index.ts";

/** What a node is started with. `epoch`: instants are in ms since then, on the monotonic clock that all processes of a machine share; `readers` and `writers`: calls at a time. */
export type SoakSpec = Readonly<{
  caching: CachingConfig;
  epoch: number;
  seed: number;
  readers: number;
  writers: number;
  readMs: number;
  writeMs: number;
}>;

type Entry = Readonly<{ tenant: string; key: string }>;

/** A call that changes something. The source of what it speaks of changes before it is sent, but for those of `putSince`, which stores what it read. */
export type SoakWrite =
  | (Entry & Readonly<{ do: "put" | "putSince" | "delete" | "refresh" }>)
  | Readonly<{ do: "invalidate"; tenant: string; scope: Scope; mode: InvalidationMode }>;

type Times = Readonly<{ began: number; ended: number }>;

/** A read that is over. `error`: what it threw, which none has a reason to. */
export type SoakRead = Entry &
  Times &
  Readonly<{ computed: boolean; value?: unknown; error?: string }>;

/** A write that is over, by the number under which its beginning was told. `asked`: when it took the position since which it was to hold; `code`: of what it was rejected with; `error`: what else it threw. */
export type SoakEnd = Times &
  Readonly<{ end: number; asked: number }> &
  Readonly<{ position?: number; superseded?: boolean; code?: string; error?: string }>;

export type SoakDone = SoakRead | SoakEnd;

/** From a node. `write`: a write begins, and asks for the version that it brings; `source`: a compute asks for a version; `calls`: what was over since the last time, and since when the oldest of those that are not has been under way. */
export type FromSoakNode =
  | Readonly<{ ready: true }>
  | Readonly<{ ask: number; write: SoakWrite }>
  | Readonly<{ ask: number; source: Entry }>
  | Readonly<{ calls: readonly SoakDone[]; openSince: number; open: string }>
  | Readonly<{ stopped: true }>;

/** To a node: an answer, or that no further call is to begin. */
export type ToSoakNode = Readonly<{ answer: number; version: number }> | Readonly<{ stop: true }>;

/** CLOCK_MONOTONIC in ms: one clock for all processes of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
