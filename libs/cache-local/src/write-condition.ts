import type { WriteCondition } from "@cogniverse/sdk";
import { decodeFrameHeader } from "@cogniverse/sdk/frame";
import type { Found } from "./entry-index.ts";
import { recordFrame } from "./index-record.ts";

/**
 * Whether what is there (unexpired) lets a newcomer of the log `logId` in. Positions of two logs cannot be compared, so a copy of
 * another log, which is dead to the newcomer's, never stands in its way.
 */
export function admits(
  present: Found | undefined,
  logId: string,
  condition: WriteCondition | undefined,
): boolean {
  if (condition === undefined) return true;
  if (condition.if === "absent") return present === undefined;
  if (condition.if === "match") return present?.head.id === condition.etag;
  return (
    present === undefined || present.head.asOf <= condition.asOf || isOfAnotherLog(present, logId)
  );
}

function isOfAnotherLog(present: Found, logId: string): boolean {
  const header = decodeFrameHeader(recordFrame(present.record));
  return header.ok && header.metadata.logId !== logId;
}
