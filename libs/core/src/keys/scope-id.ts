import type { Scope } from "@cogniverse/sdk";

/** The same text for the same scope of one tenant, and for no other. */
export function scopeId(scope: Scope): string {
  return scope.kind === "tenant" ? scope.kind : `${scope.kind} ${scope.value}`;
}
