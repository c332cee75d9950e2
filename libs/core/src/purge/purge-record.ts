import type { NewRecord, Scope } from "@cogniverse/sdk";
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
