import { parseJson, toPosition, type Position, type Scope, type ScopeStamp } from "@cogniverse/sdk";
import {
  escapeText,
  packDigest,
  packNumber,
  unescapeText,
  unpackDigest,
  unpackNumber,
} from "./escape-text.ts";

const KINDS = { key: "k", prefix: "p", tag: "t", glob: "g" } as const;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const MOST_SHARED = DIGITS.length - 1;

/** What the next stamp is told apart from. */
type Previous = Readonly<{ value: string; asOf: number }>;

/**
 * Stamps in order, each followed by `,`. A stamp is `<kind><head><tail><middle>[~<position>[~<digest>]]`: of its escaped value the first `head` and
 * last `tail` characters (one base-64 digit each) are those of the stamp before, and the position is the difference to the one before in base 36, left
 * out where it is 0; the first goes by the entry's own. `w` is the whole tenant, `j` any other stamp as escaped JSON. Keys
 * that differ in an id of 20 characters take about 25 bytes each, frames of one video about 10, a digest 44 more.
 */
export function formatStamps(stamps: readonly ScopeStamp[], asOf: Position): string {
  let previous: Previous = { value: "", asOf };
  let text = "";
  for (const stamp of stamps) {
    const value = knownValue(stamp);
    if (value === undefined) {
      text += `j${escapeText(JSON.stringify(stamp))},`;
      continue;
    }
    text += formatStamp(stamp, value, previous);
    previous = { value, asOf: stamp.asOf };
  }
  return text;
}

/** The inverse of {@link formatStamps}. Throws where the text is none of its results; unknown kinds pass. */
export function parseStamps(text: string, asOf: Position): readonly ScopeStamp[] {
  let previous: Previous = { value: "", asOf };
  return items(text).map((item) => {
    // Made by JSON.stringify from a stamp; what it holds is checked with the rest of the metadata.
    if (item.startsWith("j")) return parseJson(unescapeText(item.slice(1))) as ScopeStamp;
    const [stamp, next] = parseStamp(item, previous);
    previous = next;
    return stamp;
  });
}

/** The parts of a text in which each is followed by `,`. */
export function items(text: string): readonly string[] {
  if (text === "") return [];
  if (!text.endsWith(",")) throw new Error("A header was cut");
  return text.slice(0, -1).split(",");
}

function formatStamp(stamp: ScopeStamp, value: string, previous: Previous): string {
  const room = Math.min(value.length, previous.value.length);
  const head = shared(Math.min(room, MOST_SHARED), (i) => value[i] === previous.value[i]);
  const tail = shared(
    Math.min(room - head, MOST_SHARED),
    (i) => value.at(-1 - i) === previous.value.at(-1 - i),
  );
  const middle = value.slice(head, value.length - tail);
  const delta = stamp.asOf - previous.asOf;
  const position = delta === 0 ? "" : packNumber(delta);
  const digest = stamp.digest === undefined ? "" : `~${packDigest(stamp.digest)}`;
  const rest = position === "" && digest === "" ? "" : `~${position}${digest}`;
  return `${kindOf(stamp.scope)}${DIGITS[head]}${DIGITS[tail]}${middle}${rest},`;
}

function parseStamp(item: string, previous: Previous): readonly [ScopeStamp, Previous] {
  const [body = "", position, digest, ...more] = item.split("~");
  const [head, tail] = [DIGITS.indexOf(body[1] ?? ","), DIGITS.indexOf(body[2] ?? ",")];
  if (head < 0 || tail < 0 || head + tail > previous.value.length || more.length > 0)
    throw new Error("A header holds what is no stamp");
  const end = previous.value.slice(previous.value.length - tail);
  const value = previous.value.slice(0, head) + body.slice(3) + end;
  const asOf = toPosition(previous.asOf + unpackNumber(position || "0"));
  const scope = scopeOf(body[0], value);
  const stamp =
    digest === undefined ? { scope, asOf } : { scope, asOf, digest: unpackDigest(digest) };
  return [stamp, { value, asOf }];
}

function shared(most: number, same: (i: number) => boolean): number {
  let count = 0;
  while (count < most && same(count)) count++;
  return count;
}

/** The escaped value of a stamp that holds nothing but what this release knows; a tenant's is "". */
function knownValue({ scope, asOf, digest, ...more }: ScopeStamp): string | undefined {
  const properties = Object.keys(scope).length;
  if (Object.keys(more).length > 0 || !Number.isSafeInteger(asOf)) return undefined;
  if (digest !== undefined && typeof digest !== "string") return undefined;
  if (scope.kind === "tenant") return properties === 1 ? "" : undefined;
  return Object.hasOwn(KINDS, scope.kind) && properties === 2 ? escapeText(scope.value) : undefined;
}

function kindOf(scope: Scope): string {
  return scope.kind === "tenant" ? "w" : KINDS[scope.kind];
}

function scopeOf(letter: string | undefined, value: string): Scope {
  if (letter === "w" && value === "") return { kind: "tenant" };
  for (const kind of ["key", "prefix", "tag", "glob"] as const)
    if (KINDS[kind] === letter) return { kind, value: unescapeText(value) };
  throw new Error("A header holds a stamp of no kind");
}
