import type { Attributes, EntryMetadata, Scope } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import type { Engine } from "../engine/engine.ts";
import { killReport } from "../manager/kill-report.ts";
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
  const report = killReport(killed, mirror.recent.at(killed.position));
  const { mode, position, scope, source, node, at, reason } = report;
  return {
    "cache.killed_by.scope": scopeText(scope),
    "cache.killed_by.mode": mode,
    "cache.killed_by.position": position,
    ...(source === undefined ? {} : { "cache.killed_by.source": scopeText(source) }),
    ...(node === undefined ? {} : { "cache.killed_by.node": node }),
    ...(at === undefined ? {} : { "cache.killed_by.at": new Date(at).toISOString() }),
    ...(reason === undefined ? {} : { "cache.killed_by.reason": reason }),
  };
}
