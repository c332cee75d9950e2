import type { InvalidationMode, LogRecord, Position, Scope } from "@cogniverse/sdk";
import type { Explanation } from "../invalidation/explain-kill.ts";

/**
 * The record that a copy fell to. `source`: what the copy was derived from, where it died by that. `at` (epoch milliseconds of the writer), `node` and
 * `reason` as the record says; left out where the log no longer has it. `fill`: a compute came with other content, nobody asked for it.
 */
export type KillReport = Readonly<{
  position: Position;
  mode: InvalidationMode;
  scope: Scope;
  source?: Scope;
  at?: number;
  node?: string;
  reason?: string;
  fill?: true;
}>;

/** What is known of a kill: as the mirror says, and its record where somebody still has it. */
export function killReport(
  { position, mode, scope, source }: Explanation,
  record: LogRecord | undefined,
): KillReport {
  const killed = { position, mode, ...(source === undefined ? {} : { source }) };
  // A glob that had to make room stands in the mirror as the prefix that holds it; the record itself knows better.
  if (record === undefined) return { ...killed, scope };
  const { at, node, reason, fill } = record;
  return {
    ...killed,
    scope: record.scope,
    at,
    node,
    ...(reason === undefined ? {} : { reason }),
    ...(fill === undefined ? {} : { fill }),
  };
}
