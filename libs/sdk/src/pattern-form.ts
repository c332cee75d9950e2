import { CacheError } from "./errors.ts";
import { decodeSegment, encodeSegment } from "./key-path.ts";

/** A pattern with more alternatives than this, once its braces are multiplied out, is refused; so are more pairs of braces. */
export const MAX_ALTERNATIVES = 64;

const OPERATOR = /[*?{},]/;
const ESCAPABLE = /[*?{},\\]/;

/**
 * The canonical form of a glob over keys: `*` any characters within a segment, `**` as a whole segment any number of segments (also none), `?` one
 * character, `{a,b}` alternatives, also over several segments; `\` before one of `*?{},\` takes it literally. The rest is key
 * text (see `encodeKey`). Throws `invalid_key` for unbalanced braces, empty segments and more than {@link MAX_ALTERNATIVES}.
 */
export function encodePattern(text: string): string {
  const alternatives = multiplyOut(tokens(text), text).map((tokensOfOne) =>
    encodeAlternative(tokensOfOne, text),
  );
  const distinct = [...new Set(alternatives)];
  // No operator survives in a canonical literal, so a list of alternatives in one pair of braces needs no escapes.
  return distinct.length === 1 ? distinct.join("") : `{${distinct.join(",")}}`;
}

type Token = Readonly<{ literal: string } | { operator: string }>;

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === "\\" && ESCAPABLE.test(text.charAt(i + 1))) found.push({ literal: text.charAt(++i) });
    else if (OPERATOR.test(c) && (c !== "," || depth > 0)) {
      depth += c === "{" ? 1 : c === "}" ? -1 : 0;
      if (depth < 0) throw invalidPattern(text, `the "}" at character ${i + 1} closes nothing`);
      found.push({ operator: c });
    } else found.push({ literal: c });
  }
  if (depth > 0) throw invalidPattern(text, `a "{" is never closed`);
  refuseTooMany(found, text);
  return found;
}

/** Alternatives are never fewer than commas, so what is surely too much is refused before it is multiplied out. */
function refuseTooMany(found: readonly Token[], text: string): void {
  const count = (operator: string): number =>
    found.filter((t) => "operator" in t && t.operator === operator).length;
  if (count(",") >= MAX_ALTERNATIVES || count("{") >= MAX_ALTERNATIVES)
    throw invalidPattern(text, `it has more than ${MAX_ALTERNATIVES} alternatives`);
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
  const listed = value.startsWith("{") && value.endsWith("}");
  const alternatives = listed ? value.slice(1, -1).split(",") : [value];
  return (
    alternatives.length <= MAX_ALTERNATIVES &&
    alternatives.every((one) => one.split("/").every(isCanonicalPatternSegment))
  );
}

function isCanonicalPatternSegment(segment: string): boolean {
  if (segment.includes("**")) return segment === "**";
  const pieces = segment.split(/[*?]/);
  // As in encoding: beside an operator no piece is a whole segment.
  if (pieces.length === 1) return isCanonicalSegment(segment);
  return pieces.every((piece) => isCanonicalSegment(`-${piece}`));
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
