/** One encoded character: a plain one, or the percent-encoded UTF-8 bytes of one. */
const CHARACTER =
  /%[0-7][0-9A-F]|%[CD][0-9A-F]%[89AB][0-9A-F]|%E[0-9A-F](?:%[89AB][0-9A-F]){2}|%F[0-7](?:%[89AB][0-9A-F]){3}|[^%]/g;

type Alternative = Readonly<{ prefix: string; segments: readonly (readonly string[] | "**")[] }>;
const compiled = new Map<string, readonly Alternative[]>();

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
    prefix: prefixOf(one),
    segments: one.split("/").map((s) => (s === "**" ? s : characters(s))),
  }));
  if (compiled.size >= 1024) compiled.clear();
  compiled.set(pattern, result);
  return result;
}

/** What stands before the first operator, as far as every matching path surely begins with it. */
function prefixOf(alternative: string): string {
  let rest = alternative;
  // A `**` at the end matches none too, and then the slash before it is not there either.
  while (rest.endsWith("/**")) rest = rest.slice(0, -3);
  const literal = /^[^*?]*/.exec(rest)?.[0] ?? "";
  // Dots before an operator may turn out to be a whole segment of dots, whose path is written otherwise.
  return literal === rest ? literal : literal.replace(/(^|\/)\.{1,2}$/, "$1");
}

/** The characters of a segment or of a pattern for one; those of a segment of dots are dots again. */
function characters(text: string): readonly string[] {
  return text.replaceAll("%2E", ".").match(CHARACTER) ?? [];
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
