import { crc32 } from "node:zlib";
import { CacheError, toPosition, type EntryMetadata } from "@cogniverse/sdk";
import { parseMetadata } from "@cogniverse/sdk/frame";
import type { ObjectHeaders } from "../object-client.ts";
import {
  escapeText,
  packDigest,
  packNumber,
  unescapeText,
  unpackDigest,
  unpackNumber,
} from "./escape-text.ts";
import { formatStamps, items, parseStamps } from "./stamp-list.ts";

/** The version that {@link formatHeaders} writes and {@link parseHeaders} reads. */
export const HEADERS_VERSION = 1;

const MEDIA_TYPE = /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+(?: ?; ?[\x21-\x7e]+)*$/;
const TOKEN = /^[A-Za-z0-9!#$&^_.+-]+$/;
const PARTS = ["cog-m", "cog-t", "cog-i", "cog-u"] as const;
const NAMES = {
  "cog-v": "version",
  "cog-m": "the entry's own properties",
  "cog-t": "tags",
  "cog-i": "stamps of what it was derived from",
  "cog-u": "the user's map",
} as const;

/**
 * The headers of an entry. Content-Type and Content-Encoding are for other readers of the object; all of the metadata is in the user
 * metadata: `cog-v` version and checksum, `cog-m` properties, `cog-t` tags, `cog-i` stamps, `cog-u` the user's map. ASCII, each text percent-encoded.
 * Where names and values together have more than `limitBytes`, the stamps' digests are left out first: such a stamp dies with
 * every record on its scope, one of the same content too, which costs a compute and never an old value. Throws `too_large` above that.
 */
export function formatHeaders(metadata: EntryMetadata, limitBytes: number): ObjectHeaders {
  const exact = userMetadata(metadata);
  const fits = sizeOf(exact) <= limitBytes;
  const written = fits ? exact : userMetadata(withoutDigests(metadata));
  if (sizeOf(written) > limitBytes) throw tooLarge(written, limitBytes);
  const encodings = metadata.encodings.every((one) => TOKEN.test(one)) ? metadata.encodings : [];
  return {
    contentType: MEDIA_TYPE.test(metadata.contentType)
      ? metadata.contentType
      : "application/octet-stream",
    ...(encodings.length === 0 ? {} : { contentEncoding: encodings.join(", ") }),
    metadata: written,
  };
}

/** What {@link parseHeaders} found. `foreign`: none of our headers; `unsupported`: of another version; `corrupt`: damaged. */
export type ParsedHeaders =
  | Readonly<{ ok: true; metadata: EntryMetadata }>
  | Readonly<{ ok: false; cause: "foreign" | "unsupported" | "corrupt" }>;

/** The metadata in an object's headers. Looks at the user metadata alone, since services change the others. Never throws. */
export function parseHeaders({ metadata }: ObjectHeaders): ParsedHeaders {
  const stamp = metadata["cog-v"];
  if (stamp === undefined) {
    const cause = PARTS.some((name) => metadata[name] !== undefined) ? "corrupt" : "foreign";
    return { ok: false, cause };
  }
  const [version, checksum] = stamp.split("-");
  if (version !== String(HEADERS_VERSION) && /^[0-9]+$/.test(version ?? ""))
    return { ok: false, cause: "unsupported" };
  if (version !== String(HEADERS_VERSION) || checksum !== checksumOf(metadata))
    return { ok: false, cause: "corrupt" };
  const parsed = parseParts(metadata);
  return parsed === undefined ? { ok: false, cause: "corrupt" } : { ok: true, metadata: parsed };
}

type UserMetadata = ObjectHeaders["metadata"];

function userMetadata(entry: EntryMetadata): UserMetadata {
  const parts = {
    "cog-m": formatProperties(entry),
    "cog-t": entry.tags.map((tag) => `${escapeText(tag)},`).join(""),
    "cog-i": formatStamps(entry.inherited, entry.asOf),
    "cog-u": Object.entries(entry.user)
      .map(([name, value]) => `${escapeText(name)}=${escapeText(value)},`)
      .join(""),
  };
  // A service may drop an empty value, so there is none.
  const filled = Object.fromEntries(Object.entries(parts).filter(([, text]) => text !== ""));
  return { "cog-v": `${HEADERS_VERSION}-${checksumOf(filled)}`, ...filled };
}

function formatProperties(entry: EntryMetadata): string {
  const instant = (at: number | null): string => (at === null ? "" : packNumber(at));
  return [
    escapeText(entry.logId),
    packNumber(entry.asOf),
    packNumber(entry.createdAt),
    instant(entry.freshUntil),
    instant(entry.expiresAt),
    packNumber(entry.computeMs),
    escapeText(entry.codec),
    escapeText(entry.contentType),
    entry.encodings.map((one) => `${escapeText(one)}*`).join(""),
    packNumber(entry.decodedBytes),
    escapeText(entry.checksum),
    packDigest(entry.digest),
  ].join(",");
}

function parseParts(headers: UserMetadata): EntryMetadata | undefined {
  try {
    const fields = (headers["cog-m"] ?? "").split(",");
    const field = (i: number): string => fields[i] ?? "";
    const instant = (i: number): number | null => (field(i) === "" ? null : unpackNumber(field(i)));
    const asOf = toPosition(unpackNumber(field(1)));
    const entry: EntryMetadata = {
      logId: unescapeText(field(0)),
      asOf,
      createdAt: unpackNumber(field(2)),
      freshUntil: instant(3),
      expiresAt: instant(4),
      computeMs: unpackNumber(field(5)),
      codec: unescapeText(field(6)),
      contentType: unescapeText(field(7)),
      encodings: items(field(8).replaceAll("*", ",")).map(unescapeText),
      decodedBytes: unpackNumber(field(9)),
      checksum: unescapeText(field(10)),
      digest: unpackDigest(field(11)),
      tags: items(headers["cog-t"] ?? "").map(unescapeText),
      inherited: parseStamps(headers["cog-i"] ?? "", asOf),
      user: Object.fromEntries(items(headers["cog-u"] ?? "").map(parsePair)),
    };
    // The one judge of what metadata is, also of stamps that were carried as JSON.
    return fields.length === 12 ? parseMetadata(JSON.stringify(entry)) : undefined;
  } catch {
    return undefined;
  }
}

function parsePair(pair: string): readonly [string, string] {
  const [name, value, ...more] = pair.split("=");
  if (name === undefined || value === undefined || more.length > 0)
    throw new Error("A header holds what is no name and value");
  return [unescapeText(name), unescapeText(value)];
}

function checksumOf(headers: UserMetadata): string {
  return crc32(PARTS.map((name) => headers[name] ?? "").join("\n")).toString(36);
}

function withoutDigests(entry: EntryMetadata): EntryMetadata {
  const inherited = entry.inherited.map(({ digest: _left, ...stamp }) => stamp);
  return { ...entry, inherited };
}

function sizeOf(headers: UserMetadata): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
}

function tooLarge(headers: UserMetadata, limitBytes: number): CacheError {
  const parts = Object.entries(NAMES)
    .map(([name, meaning]) => `${headers[name]?.length ?? 0} ${meaning}`)
    .slice(1);
  return new CacheError(
    "too_large",
    `The entry's metadata takes ${sizeOf(headers)} bytes as headers, the service allows ${limitBytes}: ${parts.join(", ")}. ` +
      "Use fewer or shorter ones, or leave this tier out for this key type",
  );
}
