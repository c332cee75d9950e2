import type { Attributes, EntryMetadata, Scope } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import type { Engine } from "../engine/engine.ts";
import type { TenantState } from "../tenant/tenant-state.ts";

/** What a dead copy is judged by. */
export type DeadCopy = Pick<EntryMetadata, "logId" | "asOf" | "tags" | "inherited">;

/** "kind value" as people write it: the text of a key, the tag, the glob; "tenant" alone. */
export function scopeText(scope: Scope): string {
  if (scope.kind === "tenant") return scope.kind;
  return `${scope.kind} ${scope.kind === "key" ? decodeKey(scope.value) : scope.value}`;
}

/**
 * The record that killed a copy, as attributes of a span. Node, time and reason where the record came in lately. A copy of another log died with
 * that log, by no record.
 */
export function killedBy(
  { coherence, mirror }: Engine,
  tenant: TenantState,
  path: string,
  copy: DeadCopy,
): Attributes {
  if (copy.logId !== coherence.logId) return { "cache.killed_by.scope": "another log" };
  const killed = tenant.mirror.explain(path, copy);
  if (killed === undefined) return {};
  const { mode, position, source } = killed;
  const record = mirror.recent.at(position);
  // A glob that had to make room stands in the mirror as the prefix that holds it; the record itself knows better.
  const scope = record?.scope ?? killed.scope;
  return {
    "cache.killed_by.scope": scopeText(scope),
    "cache.killed_by.mode": mode,
    "cache.killed_by.position": position,
    ...(source === undefined ? {} : { "cache.killed_by.source": scopeText(source) }),
    ...(record === undefined ? {} : writtenBy(record)),
  };
}

function writtenBy(record: Readonly<{ node: string; at: number; reason?: string }>): Attributes {
  const { node, at, reason } = record;
  return {
    "cache.killed_by.node": node,
    "cache.killed_by.at": new Date(at).toISOString(),
    ...(reason === undefined ? {} : { "cache.killed_by.reason": reason }),
  };
}
