import type { Options } from "./call.ts";
import type { InvalidationMode } from "./invalidation-log.ts";
import type { Position } from "./position.ts";

/**
 * `wait` "everywhere" (default): resolve when no node can serve from before it; "durable": when the record is as durable as the
 * log. Aborting `signal` stops the waiting, not the invalidation.
 */
export type InvalidateOptions = Options<{
  mode: InvalidationMode;
  wait: "everywhere" | "durable";
  reason: string;
  signal: AbortSignal;
}>;

/**
 * An acknowledged invalidation, put or delete. `position`: its record's place. `superseded`: a later record already covered the key
 * when an explicit put came in; nothing was stored. `nodes`: others that gave their word; 1 where only time could tell whether there are any; 0 where
 * nobody else serves, or nothing was waited for.
 */
export type Invalidation = Readonly<{
  position: Position;
  superseded: boolean;
  nodes: number;
  elapsedMs: number;
}>;
