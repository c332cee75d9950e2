import { literalPrefix, matchesPattern } from "./pattern.ts";
import type { Scope } from "./scope.ts";

/**
 * Whether an invalidation of `record` may kill something that depends on `scope` (both of one tenant). Exact between a
 * record and a key or a tag; where both are sets of keys it answers true whenever they may overlap, since killing too much
 * is allowed and killing too little never.
 */
export function covers(record: Scope, scope: Scope): boolean {
  switch (record.kind) {
    case "key":
      return scope.kind === "key" ? record.value === scope.value : setHolds(scope, record.value);
    case "tag":
      return scope.kind === "tag" ? record.value === scope.value : !isOfKeys(scope);
    case "prefix":
      return setsOverlap(record.value, scope, (key) => key.startsWith(record.value));
    case "glob":
      return setsOverlap(literalPrefix(record.value), scope, (key) =>
        matchesPattern(record.value, key),
      );
    default: // the whole tenant, and every kind that this version does not know
      return true;
  }
}

function setHolds(scope: Scope, key: string): boolean {
  if (scope.kind === "prefix") return key.startsWith(scope.value);
  if (scope.kind === "glob") return matchesPattern(scope.value, key);
  return scope.kind !== "tag";
}

/** Whether all that the scope holds are keys that it names. A kind that this version does not know counts as the tenant. */
function isOfKeys(scope: Scope): boolean {
  return scope.kind === "key" || scope.kind === "prefix" || scope.kind === "glob";
}

function setsOverlap(recordPrefix: string, scope: Scope, holds: (key: string) => boolean): boolean {
  if (scope.kind === "key") return holds(scope.value);
  if (scope.kind === "tag") return false;
  if (scope.kind !== "prefix" && scope.kind !== "glob") return true;
  const other = scope.kind === "prefix" ? scope.value : literalPrefix(scope.value);
  return recordPrefix.startsWith(other) || other.startsWith(recordPrefix);
}
