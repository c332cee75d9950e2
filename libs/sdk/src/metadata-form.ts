import type { EntryMetadata, ScopeStamp } from "./entry.ts";
import { parseJson } from "./json-text.ts";
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
    value = parseJson(text);
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

// Every read of a shared tier comes through here: plain comparisons, no closures, no arrays made to be walked.
function isMetadata(value: unknown): value is EntryMetadata {
  return (
    isObject(value) &&
    isText(value["logId"]) &&
    isText(value["codec"]) &&
    isText(value["contentType"]) &&
    isText(value["checksum"]) &&
    isText(value["digest"]) &&
    isCount(value["asOf"]) &&
    isCount(value["decodedBytes"]) &&
    isNumber(value["createdAt"]) &&
    isNumber(value["computeMs"]) &&
    isInstant(value["freshUntil"]) &&
    isInstant(value["expiresAt"]) &&
    isListOf(isText, value["encodings"]) &&
    isListOf(isText, value["tags"]) &&
    isListOf(isStamp, value["inherited"]) &&
    isUserMetadata(value["user"])
  );
}

function isStamp(value: unknown): value is ScopeStamp {
  if (!isObject(value) || !isCount(value["asOf"])) return false;
  return isScope(value["scope"]) && (value["digest"] === undefined || isText(value["digest"]));
}

function isScope(value: unknown): value is Scope {
  if (!isObject(value)) return false;
  const { kind } = value;
  if (kind === "key" || kind === "prefix" || kind === "tag" || kind === "glob")
    return isText(value["value"]);
  return isText(kind);
}

function isUserMetadata(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const name of Object.keys(value)) if (!isText(value[name])) return false;
  return true;
}

function isListOf(is: (one: unknown) => boolean, value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (const one of value) if (!is(one)) return false;
  return true;
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

function isInstant(value: unknown): boolean {
  return value === null || isNumber(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
