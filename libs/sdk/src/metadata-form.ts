import type { EntryMetadata, ScopeStamp } from "./entry.ts";
import type { Scope } from "./scope.ts";

/** Metadata as JSON text, properties always in the same order. */
export function formatMetadata(metadata: EntryMetadata): string {
  return JSON.stringify(knownProperties(metadata));
}

/**
 * The metadata in a JSON text; `undefined` where it is not of that form, also where a scope of a known kind lacks its value or a position is none,
 * since what cannot be checked must not be served. Unknown properties are left out, stamps of unknown kinds kept.
 */
export function parseMetadata(text: string): EntryMetadata | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isMetadata(value) ? knownProperties(value) : undefined;
}

function knownProperties(metadata: EntryMetadata): EntryMetadata {
  return {
    logId: metadata.logId,
    asOf: metadata.asOf,
    createdAt: metadata.createdAt,
    freshUntil: metadata.freshUntil,
    expiresAt: metadata.expiresAt,
    computeMs: metadata.computeMs,
    codec: metadata.codec,
    contentType: metadata.contentType,
    encodings: metadata.encodings,
    decodedBytes: metadata.decodedBytes,
    checksum: metadata.checksum,
    digest: metadata.digest,
    tags: metadata.tags,
    inherited: metadata.inherited,
    user: metadata.user,
  };
}

type Loose = Readonly<Record<string, unknown>>;

function isMetadata(value: unknown): value is EntryMetadata {
  if (!isObject(value)) return false;
  return (
    [
      value["logId"],
      value["codec"],
      value["contentType"],
      value["checksum"],
      value["digest"],
    ].every(isText) &&
    [value["asOf"], value["decodedBytes"]].every(isCount) &&
    [value["createdAt"], value["computeMs"]].every(isNumber) &&
    [value["freshUntil"], value["expiresAt"]].every((v) => v === null || isNumber(v)) &&
    isTexts(value["encodings"]) &&
    isTexts(value["tags"]) &&
    Array.isArray(value["inherited"]) &&
    value["inherited"].every(isStamp) &&
    isObject(value["user"]) &&
    Object.values(value["user"]).every(isText)
  );
}

function isStamp(value: unknown): value is ScopeStamp {
  if (!isObject(value) || !isCount(value["asOf"])) return false;
  return isScope(value["scope"]) && (value["digest"] === undefined || isText(value["digest"]));
}

function isScope(value: unknown): value is Scope {
  if (!isObject(value) || !isText(value["kind"])) return false;
  const valued = ["key", "prefix", "tag", "glob"].includes(value["kind"]);
  return !valued || isText(value["value"]);
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
