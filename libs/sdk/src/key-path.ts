import { CacheError } from "./errors.ts";

/** The longest canonical path in bytes (= characters: it is ASCII). Leaves room for tenant and bucket prefix within S3's 1,024. */
export const MAX_PATH_BYTES = 768;

const SAFE_SEGMENT = /^[A-Za-z0-9\-_.@:]+$/;
const SAFE_TEXT = /^[A-Za-z0-9\-_.@:]+(?:\/[A-Za-z0-9\-_.@:]+)*$/;
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;

/**
 * Percent-encodes one segment of a key. `A-Z a-z 0-9 - _ . @ :` stand for themselves, everything else becomes the upper-case
 * `%XX` of its UTF-8 bytes, and whole `.` and `..` become `%2E` and `%2E%2E`; so no segment holds a `/`, a glob operator, or
 * means something to a file system. Injective. Throws `invalid_key` for an empty segment and for lone surrogates.
 */
export function encodeSegment(segment: string): string {
  if (segment === "") throw invalidKey(segment, "a segment is empty");
  if (segment === ".") return "%2E";
  if (segment === "..") return "%2E%2E";
  if (SAFE_SEGMENT.test(segment)) return segment;
  if (!segment.isWellFormed())
    throw invalidKey(segment, "it holds a lone surrogate, which has no UTF-8 form");
  return encodeURIComponent(segment)
    .replace(/%(?:40|3A)/g, decodeURIComponent)
    .replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The inverse of {@link encodeSegment}. Throws `invalid_key` for text that encodeSegment never gives. */
export function decodeSegment(encoded: string): string {
  let decoded: string | undefined;
  try {
    decoded = decodeURIComponent(encoded);
  } catch {
    decoded = undefined;
  }
  if (decoded === undefined || decoded === "" || encodeSegment(decoded) !== encoded) {
    throw invalidKey(encoded, "it is not a canonical path segment");
  }
  return decoded;
}

/** Joins raw segments to a canonical path, the form in which backends and the log see keys. Throws `invalid_key`. */
export function joinPath(segments: readonly string[]): string {
  if (segments.length === 0) throw invalidKey("", "it has no segment");
  const empty = segments.indexOf("");
  if (empty >= 0)
    throw invalidKey(segments.join("/"), `its segment ${empty + 1} of ${segments.length} is empty`);
  return checkLength(segments.map(encodeSegment).join("/"), segments.join("/"));
}

/** The raw segments of a canonical path. Throws `invalid_key` where it is not canonical. */
export function splitPath(path: string): readonly string[] {
  return path.split("/").map(decodeSegment);
}

/**
 * The canonical path of a key that a person wrote. In a key text `/` separates segments; inside a segment `%2F` is a slash and
 * `%25` a percent sign; everything else stands for itself. So each list of segments has exactly one text, and two different
 * texts are never one key. Throws `invalid_key`, also above {@link MAX_PATH_BYTES}.
 */
export function encodeKey(text: string): string {
  if (typeof text !== "string") throw invalidKey(String(text), "a key is a string");
  if (SAFE_TEXT.test(text) && !DOT_SEGMENT.test(text)) return checkLength(text, text);
  const bad = /%(?!2F|25)/.exec(text);
  if (bad)
    throw invalidKey(
      text,
      `the "%" at character ${bad.index + 1} is neither %25 (a percent sign) nor %2F (a slash)`,
    );
  const segments = text.split("/").map((s) => s.replaceAll("%2F", "/").replaceAll("%25", "%"));
  return joinPath(segments);
}

/** The text of a canonical path: the inverse of {@link encodeKey}. Throws `invalid_key` where it is not canonical. */
export function decodeKey(path: string): string {
  if (SAFE_TEXT.test(path) && !DOT_SEGMENT.test(path)) return path;
  return splitPath(path)
    .map((s) => s.replaceAll("%", "%25").replaceAll("/", "%2F"))
    .join("/");
}

/**
 * A canonical prefix that every key whose text begins with `text` has in common; it may admit others too, so compare the texts
 * (`decodeKey(path).startsWith(text)`) of what a listing returns. Throws `invalid_key`.
 */
export function encodePrefix(text: string): string {
  const slash = text.lastIndexOf("/");
  const whole = slash < 0 ? "" : `${encodeKey(text.slice(0, slash))}/`;
  const rest = text.slice(slash + 1);
  return SAFE_SEGMENT.test(rest) && !rest.startsWith(".") ? whole + rest : whole;
}

function checkLength(path: string, shown: string): string {
  if (path.length <= MAX_PATH_BYTES) return path;
  throw invalidKey(shown, `it takes ${path.length} bytes encoded, the limit is ${MAX_PATH_BYTES}`);
}

function invalidKey(shown: string, why: string): CacheError {
  const cut = shown.length > 120 ? `${shown.slice(0, 120)}...` : shown;
  return new CacheError("invalid_key", `Key ${JSON.stringify(cut)} is refused: ${why}`);
}
