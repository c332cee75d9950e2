import { CacheError } from "./errors.ts";
import { decodeSegment, encodeSegment } from "./key-path.ts";

/** A pattern with more alternatives than this, once its braces are multiplied out, is refused. */
export const MAX_ALTERNATIVES = 64;

const OPERATOR = /[*?{},]/;
/** One encoded character: a plain one, or the percent-encoded UTF-8 bytes of one. */
const CHARACTER =
  /%[0-7][0-9A-F]|%[CD][0-9A-F]%[89AB][0-9A-F]|%E[0-9A-F](?:%[89AB][0-9A-F]){2}|%F[0-7](?:%[89AB][0-9A-F]){3}|[^%]/g;

type Alternative = Readonly<{ prefix: string; segments: readonly (readonly string[] | "**")[] }>;
const compiled = new Map<string, readonly Alternative[]>();

/**
 * The canonical form of a glob over keys: `*` any characters within a segment, `**` as a whole segment any number of segments (also none), `?` one
 * character, `{a,b}` alternatives, also over several segments; `\` before an operator takes it literally. The rest is key text
 * (see `encodeKey`). Throws `invalid_key` for unbalanced braces, empty segments and more than {@link MAX_ALTERNATIVES}.
 */
export function encodePattern(text: string): string {
  const alternatives = multiplyOut(tokens(text), text).map((tokensOfOne) =>
    encodeAlternative(tokensOfOne, text),
  );
  if (alternatives.length > MAX_ALTERNATIVES)
    throw invalidPattern(text, `it has more than ${MAX_ALTERNATIVES} alternatives`);
  // No operator survives in a canonical literal, so a list of alternatives in one pair of braces needs no escapes.
  return alternatives.length === 1
    ? alternatives.join("")
    : `{${[...new Set(alternatives)].join(",")}}`;
}

/** Whether the canonical path `key` matches the canonical pattern. Time is linear in the product of both lengths at worst. */
export function matchesPattern(pattern: string, key: string): boolean {
  let segments: readonly string[] | undefined;
  for (const alternative of compile(pattern)) {
    if (!key.startsWith(alternative.prefix)) continue;
    segments ??= key.split("/");
    if (matchSegments(alternative.segments, segments)) return true;
  }
  return false;
}

/** What every key that matches the canonical pattern begins with; "" where that is nothing. */
export function literalPrefix(pattern: string): string {
  const prefixes = compile(pattern).map((a) => a.prefix);
  let common = prefixes[0] ?? "";
  for (const prefix of prefixes) while (!prefix.startsWith(common)) common = common.slice(0, -1);
  return common;
}

function compile(pattern: string): readonly Alternative[] {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const inner = pattern.startsWith("{") ? pattern.slice(1, -1).split(",") : [pattern];
  const result = inner.map((one) => ({
    prefix:
      /^[^*?]*/.exec(
        one.endsWith("/**") && !/[*?]/.test(one.slice(0, -3)) ? one.slice(0, -3) : one,
      )?.[0] ?? "",
    segments: one.split("/").map((s) => (s === "**" ? s : characters(s))),
  }));
  if (compiled.size >= 1024) compiled.clear();
  compiled.set(pattern, result);
  return result;
}

function characters(text: string): readonly string[] {
  return text.match(CHARACTER) ?? [];
}

/** The classic two-pointer wildcard match, over items that match one to one and a star that matches any run. */
function matchRuns<P, I>(
  pattern: readonly P[],
  items: readonly I[],
  isStar: (p: P) => boolean,
  fits: (p: P, item: I) => boolean,
): boolean {
  let p = 0;
  let star = -1;
  let starAt = 0;
  for (let i = 0; i < items.length;) {
    const want = pattern[p];
    const item = items[i];
    if (want !== undefined && isStar(want)) {
      star = p++;
      starAt = i;
    } else if (want !== undefined && item !== undefined && fits(want, item)) {
      p++;
      i++;
    } else if (star >= 0) {
      p = star + 1;
      i = ++starAt;
    } else return false;
  }
  return pattern.slice(p).every(isStar);
}

function matchSegments(
  pattern: readonly (readonly string[] | "**")[],
  key: readonly string[],
): boolean {
  return matchRuns(
    pattern,
    key,
    (p) => p === "**",
    (p, segment) => p !== "**" && matchSegment(p, segment),
  );
}

function matchSegment(pattern: readonly string[], segment: string): boolean {
  return matchRuns(
    pattern,
    characters(segment),
    (p) => p === "*",
    (p, c) => p === "?" || p === c,
  );
}

type Token = Readonly<{ literal: string } | { operator: string }>;

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === "\\" && i + 1 < text.length) found.push({ literal: text.charAt(++i) });
    else if (OPERATOR.test(c) && (c !== "," || depth > 0)) {
      depth += c === "{" ? 1 : c === "}" ? -1 : 0;
      if (depth < 0) throw invalidPattern(text, `the "}" at character ${i + 1} closes nothing`);
      found.push({ operator: c });
    } else found.push({ literal: c });
  }
  if (depth > 0) throw invalidPattern(text, `a "{" is never closed`);
  return found;
}

/** All readings of the tokens without braces. */
function multiplyOut(list: readonly Token[], text: string): Token[][] {
  const open = list.findIndex((t) => "operator" in t && t.operator === "{");
  if (open < 0) return [[...list]];
  let depth = 0;
  const branches: Token[][] = [[]];
  let close = open;
  for (; close < list.length; close++) {
    const token = list[close];
    if (token === undefined) break;
    const operator = "operator" in token ? token.operator : "";
    if (operator === "{") depth++;
    if (operator === "}") depth--;
    if (depth === 0) break;
    if (operator === "," && depth === 1) branches.push([]);
    else if (close > open) branches.at(-1)?.push(token);
  }
  const all = branches.flatMap((b) =>
    multiplyOut([...list.slice(0, open), ...b, ...list.slice(close + 1)], text),
  );
  if (all.length > MAX_ALTERNATIVES)
    throw invalidPattern(text, `it has more than ${MAX_ALTERNATIVES} alternatives`);
  return all;
}

function encodeAlternative(list: readonly Token[], text: string): string {
  const segments: Token[][] = [[]];
  for (const token of list) {
    if ("literal" in token && token.literal === "/") segments.push([]);
    else segments.at(-1)?.push(token);
  }
  return segments.map((s) => encodePatternSegment(s, text)).join("/");
}

function encodePatternSegment(list: readonly Token[], text: string): string {
  if (list.length === 0) throw invalidPattern(text, "a segment is empty");
  let out = "";
  let literal = "";
  const flush = (): void => {
    if (literal === "") return;
    const raw = literal.replaceAll("%2F", "/").replaceAll("%25", "%");
    if (/%(?!2F|25)/.test(literal))
      throw invalidPattern(text, `a "%" is neither %25 (a percent sign) nor %2F (a slash)`);
    // Only a whole segment is special as "." or "..".
    out +=
      out === "" && list.every((t) => "literal" in t)
        ? encodeSegment(raw)
        : encodeSegment(`-${raw}`).slice(1);
    literal = "";
  };
  for (const token of list) {
    if ("literal" in token) literal += token.literal;
    else {
      flush();
      out += token.operator;
    }
  }
  flush();
  if (out.includes("**") && out !== "**")
    throw invalidPattern(text, `"**" stands only as a whole segment`);
  return out;
}

/** Whether `value` is a pattern that {@link encodePattern} could have given; what a log read from elsewhere is checked with. */
export function isCanonicalPattern(value: string): boolean {
  const plain = value.replace(/^\{(.*)\}$/, "$1");
  return plain.split(/[/,]/).every((s) => s !== "" && (/[*?]/.test(s) || isCanonicalSegment(s)));
}

function isCanonicalSegment(segment: string): boolean {
  try {
    return decodeSegment(segment) !== "";
  } catch {
    return false;
  }
}

function invalidPattern(text: string, why: string): CacheError {
  return new CacheError(
    "invalid_key",
    `Pattern ${JSON.stringify(text.slice(0, 120))} is refused: ${why}`,
  );
}
