import type { EntryMetadata, WriteCondition } from "@cogniverse/sdk";
import type { Slot } from "./slot.ts";

/**
 * Whether what is there (unexpired) lets the newcomer in. Positions of two logs cannot be compared, so a copy of another log,
 * which is dead to the newcomer's, never stands in its way.
 */
export function admits(
  present: Slot | undefined,
  newcomer: EntryMetadata,
  condition: WriteCondition | undefined,
): boolean {
  if (condition === undefined) return true;
  if (condition.if === "absent") return present === undefined;
  if (condition.if === "match") return present?.etag === condition.etag;
  return (
    present === undefined ||
    present.metadata.logId !== newcomer.logId ||
    present.metadata.asOf <= condition.asOf
  );
}
