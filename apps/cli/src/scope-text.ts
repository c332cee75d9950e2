import type { Scope } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";

/** "kind value" as people write it: the text of a key, the tag, the glob. For scopes as the log holds them. */
export function scopeText(scope: Scope): string {
  if (scope.kind === "tenant") return "the whole tenant";
  return `${scope.kind} ${scope.kind === "key" ? decodeKey(scope.value) : scope.value}`;
}
