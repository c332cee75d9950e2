import type { EntryMetadata, ScopeStamp } from "./entry.ts";
import type { Scope } from "./scope.ts";

/** Metadata as JSON text, properties always in the same order. */
export function formatMetadata(metadata: EntryMetadata): string {
  const {
    logId,
    asOf,
    createdAt,
    freshUntil,
    expiresAt,
    computeMs,
    codec,
    contentType,
    encodings,
  } = metadata;
  const { decodedBytes, checksum, digest, tags, inherited, user } = metadata;
  const first = {
    logId,
    asOf,
    createdAt,
    freshUntil,
    expiresAt,
    computeMs,
    codec,
    contentType,
    encodings,
  };
  return JSON.stringify({ ...first, decodedBytes, checksum, digest, tags, inherited, user });
}

/** The metadata in a JSON text; `undefined` where it is not of that form. Unknown properties are left out. */
export function parseMetadata(text: string): EntryMetadata | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isMetadata(value) ? value : undefined;
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
    [value["asOf"], value["createdAt"], value["computeMs"], value["decodedBytes"]].every(
      isNumber,
    ) &&
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
  if (!isObject(value) || !isNumber(value["asOf"])) return false;
  return isScope(value["scope"]) && (value["digest"] === undefined || isText(value["digest"]));
}

function isScope(value: unknown): value is Scope {
  return (
    isObject(value) &&
    isText(value["kind"]) &&
    (value["value"] === undefined || isText(value["value"]))
  );
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

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
