import {
  toPosition,
  type LogRecord,
  type NewRecord,
  type Position,
  type Scope,
} from "@cogniverse/sdk";
import { RESERVED_TAG } from "../dependencies/source-record.ts";

const PURGED = { kind: "tag", value: `${RESERVED_TAG}purged` } as const;

/** Whether a record on this scope says that a tenant was purged. */
export function isPurge(scope: Scope): boolean {
  return scope.kind === "tag" && scope.value === PURGED.value;
}

/** What follows the record on the whole tenant where it is purged and not only invalidated: nodes forget what they keep of it. Kills nothing itself. */
export function purgeRecord(written: Omit<NewRecord, "scope" | "mode">): NewRecord {
  return { ...written, scope: PURGED, mode: "hard" };
}

/** A purge that the log tells of. `older`: the same snapshot tells of the tenant what was before it too, so that nobody has taken that out of the log yet. */
export type PurgeSeen = Readonly<{ record: LogRecord; older: boolean }>;

/** Where the record stands by which the tenant died that `purge` says was purged: appended in one step with it, it covers all that is below. */
export function tombstoneOf(purge: Position): Position {
  return toPosition(purge - 1);
}
