import { CacheError, type Key, type Scope } from "@cogniverse/sdk";
import { checkTag } from "../keys/check-tag.ts";
import { encodeKey, encodePattern } from "@cogniverse/sdk/keys";

/**
 * A scope as a person wrote it (key texts, globs) in canonical form: what the log holds. A key object is its own key. Throws `invalid_key`, for a
 * prefix also where it does not end in "/".
 */
export function canonicalScope(scope: Scope | Key<unknown>): Scope {
  if ("path" in scope) return { kind: "key", value: scope.path };
  switch (scope.kind) {
    case "key":
      return { kind: "key", value: encodeKey(scope.value) };
    case "prefix":
      return { kind: "prefix", value: canonicalPrefix(scope.value) };
    case "glob":
      return globScope(scope.value);
    case "tag":
      return { kind: "tag", value: checkTag(scope.value) };
    case "tenant":
      return { kind: "tenant" };
    default:
      // Reached from code without types only; a slip of the pen must not cost the whole tenant.
      throw new CacheError("invalid_key", `No scope is of the kind "${String(scope)}"`);
  }
}

function canonicalPrefix(text: string): string {
  if (text.endsWith("/") && text !== "/") return `${encodeKey(text.slice(0, -1))}/`;
  throw new CacheError(
    "invalid_key",
    `Prefix ${JSON.stringify(text)} is refused: it must end in "/"; for anything else use a pattern`,
  );
}

/** The narrowest scope that holds every key under a canonical prefix, which may end within a segment. */
export function scopeOfPrefix(prefix: string): Scope {
  const whole = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  return whole === "" ? { kind: "tenant" } : { kind: "prefix", value: whole };
}

/** A glob, or the cheaper scope that means the same: a key where it has no operators. */
function globScope(text: string): Scope {
  const value = encodePattern(text);
  if (!/[*?{]/.test(value)) return { kind: "key", value };
  return { kind: "glob", value };
}
