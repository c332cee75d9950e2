import type { LogLine } from "@cogniverse/testkit";
import type { CachingConfig } from "../../../src/index.ts";

/** What a node is started with: its tiers, and the keys that it reads, each by itself with a rest of so many ms in between. */
export type NodeSpec = Readonly<{
  caching: CachingConfig;
  keys: readonly string[];
  readMs: number;
}>;

/** What a node is asked. `read`: on and on; `stand`: what it has seen since it was asked last; `stop`: to read no more. */
export type NodeRequest = Readonly<
  { do: "read" } | { do: "invalidate"; key: number } | { do: "stand" } | { do: "stop" }
>;

/** One read. Instants in ms on the monotonic clock of the machine, which all its processes share. `failed`: what it threw. */
export type NodeRead = Readonly<{
  key: number;
  beganAt: number;
  endedAt: number;
  version: number;
  computed: boolean;
  failed?: string;
}>;

/** An `invalidate` that resolved, at an instant as in {@link NodeRead}, or why it did not. */
export type Acknowledgement = Readonly<
  { at: number; tookMs: number } & ({ nodes: number } | Refusal)
>;

/** What an `invalidate` was rejected with. */
type Refusal = Readonly<{ code: string; retryable: boolean; message: string }>;

/** A `cache.invalidate` span. */
export type InvalidateSpan = Readonly<{
  ms: number;
  failed: boolean;
  attributes: Readonly<Record<string, unknown>>;
}>;

/** What a node says of itself. Reads, lines and spans: since it was asked last. */
export type NodeStand = Readonly<{
  reads: readonly NodeRead[];
  lines: readonly LogLine[];
  spans: readonly InvalidateSpan[];
  acknowledged: Readonly<{ sessions: number; lease: number }>;
  logId: string;
  live: boolean;
}>;

/** From a node: an answer, or the question which version of a key's source is the current one. */
export type FromNode =
  | Readonly<{ id: number; answer?: unknown; error?: string }>
  | Readonly<{ source: number; key: number }>;

/** To a node. */
export type ToNode =
  | Readonly<{ id: number; request: NodeRequest }>
  | Readonly<{ source: number; version: number }>;
