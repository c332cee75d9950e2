import type { NewRecord, Scope } from "@cogniverse/sdk";

/** Tags that begin like this are the cache's own; no caller can name one, so no entry carries one and a record on one kills nothing. */
export const RESERVED_TAG = "__";

const SOURCE_TAG = `${RESERVED_TAG}source:`;

/** The scope by which the log knows that something was derived from a key: a tag that nobody carries, so that every log can hold it. */
function sourceScope(path: string): Scope {
  return { kind: "tag", value: SOURCE_TAG + path };
}

/** The key that a record on this scope speaks of as a source; `undefined` for every other scope. */
export function sourcePathOf(scope: Scope): string | undefined {
  if (scope.kind !== "tag" || !scope.value.startsWith(SOURCE_TAG)) return undefined;
  return scope.value.slice(SOURCE_TAG.length);
}

/** Says that something was derived from this content of a key (protocol rule 19). Kills nothing. */
export function sourceRecord(
  path: string,
  digest: string,
  written: Pick<NewRecord, "tenantId" | "at" | "node">,
): NewRecord {
  return { ...written, scope: sourceScope(path), mode: "soft", digest };
}
