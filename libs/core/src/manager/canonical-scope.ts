import { CacheError, type Key, type Scope } from "@cogniverse/sdk";
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
      if (scope.value !== "" && scope.value.isWellFormed()) return scope;
      throw new CacheError(
        "invalid_key",
        "A tag is refused: it is empty or holds a lone surrogate",
      );
    default:
      return { kind: "tenant" };
  }
}

function canonicalPrefix(text: string): string {
  if (text.endsWith("/") && text !== "/") return `${encodeKey(text.slice(0, -1))}/`;
  throw new CacheError(
    "invalid_key",
    `Prefix ${JSON.stringify(text)} is refused: it must end in "/"; for anything else use a pattern`,
  );
}

/** A glob, or the cheaper scope that means the same: a key where it has no operators. */
function globScope(text: string): Scope {
  const value = encodePattern(text);
  if (!/[*?{]/.test(value)) return { kind: "key", value };
  return { kind: "glob", value };
}
