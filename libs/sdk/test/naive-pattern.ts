import * as fc from "fast-check";

/** A pattern as a tree, so that neither the tests' text nor their meaning goes through the code under test. */
type Item =
  | { readonly char: string }
  | { readonly star: true }
  | { readonly one: true }
  | { readonly either: readonly (readonly Item[])[] };
type Part = "**" | readonly Item[] | { readonly either: readonly (readonly Part[])[] };

/** One reading of a pattern without braces. */
export type Reading = readonly ("**" | readonly Exclude<Item, { either: unknown }>[])[];

const char = fc.constantFrom(
  "a",
  "b",
  ".",
  "%",
  "/",
  "é",
  "😀",
  "*",
  "?",
  "{",
  "}",
  ",",
  "\\",
  " ",
);
const simple: fc.Arbitrary<Item> = fc.oneof(
  { weight: 4, arbitrary: char.map((c): Item => ({ char: c })) },
  fc.constant<Item>({ star: true }),
  fc.constant<Item>({ one: true }),
);
const run = fc.array(simple, { minLength: 1, maxLength: 3 });
const item: fc.Arbitrary<Item> = fc.oneof(
  { weight: 5, arbitrary: simple },
  fc.array(run, { minLength: 1, maxLength: 3 }).map((either): Item => ({ either })),
);
const plain: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }) },
  fc.constant<Part>("**"),
);
const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 5, arbitrary: plain },
  fc
    .array(fc.array(plain, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
    .map((either): Part => ({ either })),
);

/** Patterns that encodePattern takes: few alternatives, and no two stars side by side in any reading. */
export const pattern: fc.Arbitrary<readonly Part[]> = fc
  .array(part, { minLength: 1, maxLength: 3 })
  .filter((p) => {
    const readings = expand(p);
    return (
      readings.length <= 40 &&
      readings.every((r) =>
        r.every(
          (s) => s === "**" || s.every((i, at) => !("star" in i && "star" in (s[at - 1] ?? {}))),
        ),
      )
    );
  });

/** The pattern as a person writes it. */
export function textOfPattern(parts: readonly Part[]): string {
  return parts
    .map((p) => {
      if (p === "**") return p;
      return "either" in p
        ? `{${p.either.map(textOfPattern).join(",")}}`
        : p.map(textOfItem).join("");
    })
    .join("/");
}

function textOfItem(i: Item): string {
  if ("star" in i) return "*";
  if ("one" in i) return "?";
  if ("either" in i) return `{${i.either.map((r) => r.map(textOfItem).join("")).join(",")}}`;
  if (i.char === "%") return "%25";
  if (i.char === "/") return "%2F";
  return "*?{},\\".includes(i.char) ? `\\${i.char}` : i.char;
}

/** All readings without braces. */
export function expand(parts: readonly Part[]): readonly Reading[] {
  return parts.reduce<readonly Reading[]>(
    (before, p) => before.flatMap((b) => readingsOf(p).map((r) => [...b, ...r])),
    [[]],
  );
}

function readingsOf(p: Part): readonly Reading[] {
  if (p === "**") return [[p]];
  if ("either" in p) return p.either.flatMap(expand);
  return itemReadings(p).map((r): Reading => [r]);
}

function itemReadings(items: readonly Item[]): readonly Exclude<Item, { either: unknown }>[][] {
  return items.reduce<Exclude<Item, { either: unknown }>[][]>(
    (before, i) =>
      before.flatMap((b) =>
        ("either" in i ? i.either.flatMap(itemReadings) : [[i]]).map((r) => [...b, ...r]),
      ),
    [[]],
  );
}

/** Says by trying everything whether the raw segments of a key match. */
export function naiveMatch(reading: Reading, key: readonly string[]): boolean {
  const [first, ...rest] = reading;
  if (first === undefined) return key.length === 0;
  if (first === "**")
    return Array.from({ length: key.length + 1 }, (_, n) => n).some((n) =>
      naiveMatch(rest, key.slice(n)),
    );
  const [segment, ...others] = key;
  return (
    segment !== undefined && naiveSegment(first, Array.from(segment)) && naiveMatch(rest, others)
  );
}

function naiveSegment(items: readonly Item[], chars: readonly string[]): boolean {
  const [first, ...rest] = items;
  if (first === undefined) return chars.length === 0;
  if ("star" in first)
    return Array.from({ length: chars.length + 1 }, (_, n) => n).some((n) =>
      naiveSegment(rest, chars.slice(n)),
    );
  if (chars.length === 0) return false;
  return (
    ("one" in first || ("char" in first && first.char === chars[0])) &&
    naiveSegment(rest, chars.slice(1))
  );
}

/** Raw segments that match; none where the pattern matched nothing at all. */
export function example(parts: readonly Part[], choices: Iterator<number>): readonly string[] {
  const pick = <T>(list: readonly T[]): T | undefined =>
    list[(choices.next().value ?? 0) % list.length];
  const some = (): string => pick(["", "a", ".", "é😀", "b/%"]) ?? "";
  return (pick(expand(parts)) ?? []).flatMap((s) => {
    if (s === "**") return pick([[], ["a"], ["..", "b"]]) ?? [];
    const text = s
      .map((i) => ("char" in i ? i.char : "one" in i ? (pick(["a", "漢", "/"]) ?? "") : some()))
      .join("");
    return [text === "" ? "a" : text];
  });
}
