import { createHash } from "node:crypto";
import {
  parseJson,
  toPosition,
  type LogDelta,
  type LogHead,
  type LogRecord,
  type NewRecord,
  type Scope,
} from "@cogniverse/sdk";

/** Bytes of a scope in a field's name; a longer one stands there as its SHA-256. */
const LONGEST_SCOPE = 1024;
const VALUED = ["key", "prefix", "tag", "glob"];

/** Fields of the hash whose position tells whether a scope was covered: `sure`: it was; `maybe`: only the records tell. */
export type Watched = Readonly<{ sure: readonly string[]; maybe: readonly string[] }>;

/** What a scope's fields are named after. A tenant holds no space. */
function scopeName(tenantId: string, scope: Scope): string {
  const text = JSON.stringify(scope, Object.keys(scope).toSorted());
  const short =
    Buffer.byteLength(text) <= LONGEST_SCOPE
      ? text
      : createHash("sha256").update(text).digest("hex");
  return `${tenantId} ${short}`;
}

/** What the fields of the records on a whole tenant are named after. */
export function wholeTenant(tenantId: string): string {
  return scopeName(tenantId, { kind: "tenant" });
}

/** What the script is told of a record. */
export function recordArguments(record: NewRecord): readonly string[] {
  const { tenantId, scope, mode, digest } = record;
  return [
    scopeName(tenantId, scope),
    tenantId,
    // A mode that this release does not know counts as hard.
    mode === "soft" ? "soft" : "hard",
    isNarrow(scope) ? "0" : "1",
    // No space may be in it: a space ends it in the field.
    digest === undefined ? "" : encodeURIComponent(digest),
    JSON.stringify(record),
  ];
}

/**
 * Where a record that covers one of `scopes` would show. Keys and tags: in the field of the very scope, of each prefix of the key, of the
 * tenant, and for globs and what this release does not know in the tenant's field of such. Of other scopes only that something was appended.
 */
export function watchedFields(tenantId: string, scopes: readonly Scope[]): Watched {
  const names = new Set<string>();
  const maybe = new Set<string>();
  for (const scope of scopes) {
    if (!isNarrow(scope) || (scope.kind !== "key" && scope.kind !== "tag")) {
      maybe.add(`any ${tenantId}`);
      continue;
    }
    maybe.add(`wide ${tenantId}`);
    names.add(scopeName(tenantId, scope));
    names.add(wholeTenant(tenantId));
    if (scope.kind === "key")
      for (const value of prefixesOf(scope.value))
        names.add(scopeName(tenantId, { kind: "prefix", value }));
  }
  const sure = [...names].flatMap((name) => [`hard ${name}`, `soft ${name}`]);
  return { sure, maybe: [...maybe] };
}

/** A record as a field holds it: `position digest JSON`. */
export function recordOf(value: string): LogRecord {
  const [, position = "", json = ""] = /^(\d+) \S* (.*)$/s.exec(value) ?? [];
  return recordIn(json, Number(position));
}

/** What the answer to a read says behind the head. */
export function deltaIn(head: LogHead, rest: readonly unknown[], from: LogHead): LogDelta {
  const [type, ...records] = rest;
  if (type !== "records") return { type: "reset", head };
  return {
    type: "records",
    head,
    records: records.map((json, at) => recordIn(String(json), from.position + 1 + at)),
  };
}

/** A record as it was appended, word for word, at its place. */
export function recordIn(json: string, position: number): LogRecord {
  // Only append writes these, from a NewRecord.
  return { ...(parseJson(json) as NewRecord), position: toPosition(position) };
}

/** Whether all that a record of this scope covers shows in a field that is named after the scope. */
function isNarrow(scope: Scope): boolean {
  const properties = Object.keys(scope).length;
  if (scope.kind === "tenant") return properties === 1;
  if (properties !== 2 || !VALUED.includes(scope.kind) || scope.kind === "glob") return false;
  return scope.kind !== "prefix" || scope.value.endsWith("/");
}

function prefixesOf(key: string): readonly string[] {
  const prefixes: string[] = [];
  for (let at = key.indexOf("/"); at >= 0; at = key.indexOf("/", at + 1))
    prefixes.push(key.slice(0, at + 1));
  return prefixes;
}
