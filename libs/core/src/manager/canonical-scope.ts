import { CacheError, type Key, type Scope } from "@cogniverse/sdk";
import { checkTag } from "../keys/check-tag.ts";
import { encodeKey, encodePattern } from "@cogniverse/sdk/keys";

/**
 * A scope as a person wrote it (key texts, globs) in canonical form: what the log holds. A key object is its own key. Throws `invalid_key`, for a
 * prefix also where it does not end in "/", and for anything that is no scope.
 */
export function canonicalScope(scope: Scope | Key<unknown>): Scope {
  // Code without types comes with anything; a slip of the pen must not cost the whole tenant.
  if (!isScope(scope)) throw noScope(scope);
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
      throw noScope(scope);
  }
}

const KINDS_WITH_VALUE: ReadonlySet<unknown> = new Set(["key", "prefix", "glob", "tag"]);

function isScope(given: unknown): boolean {
  if (!isObject(given)) return false;
  if ("path" in given) return typeof given.path === "string";
  if (!("kind" in given)) return false;
  if (given.kind === "tenant") return true;
  return KINDS_WITH_VALUE.has(given.kind) && "value" in given && typeof given.value === "string";
}

function isObject(given: unknown): given is object {
  return typeof given === "object" && given !== null;
}

function noScope(given: unknown): CacheError {
  return new CacheError(
    "invalid_key",
    `${shapeOf(given)} is no scope: give a key as keys.…() makes it, { kind: "key" | "prefix" | "glob" | "tag", value: "…" } or { kind: "tenant" }`,
  );
}

/** Of an object only the names and the kind: what else stands in it may be large. */
function shapeOf(given: unknown): string {
  if (typeof given === "string") return JSON.stringify(given.slice(0, 120));
  if (!isObject(given)) return String(given);
  const names = Object.entries(given).map(([name, value]) =>
    name === "kind" && typeof value === "string" ? `kind: ${JSON.stringify(value)}` : name,
  );
  return `{ ${names.join(", ")} }`;
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
