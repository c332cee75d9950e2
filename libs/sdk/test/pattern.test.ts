import { describe, expect, test } from "@jest/globals";
import {
  encodeKey,
  encodePattern,
  encodeSegment,
  isCanonicalPattern,
  joinPath,
  literalPrefix,
  matchesPattern,
  MAX_ALTERNATIVES,
} from "@cogniverse/sdk/keys";
import * as fc from "fast-check";
import { segment, segments } from "./arbitrary.ts";
import { example, expand, naiveMatch, pattern, textOfPattern } from "./naive-pattern.ts";

const matches = (text: string, key: string): boolean =>
  matchesPattern(encodePattern(text), encodeKey(key));

function refusal(text: string): unknown {
  try {
    return encodePattern(text);
  } catch (error) {
    return error;
  }
}

const REFUSED = { code: "invalid_key" };
const few = fc.array(fc.constantFrom("a", "b", "ab", ".", "..", "é", "😀", "%", "*", "{"), {
  minLength: 1,
  maxLength: 4,
});

describe("matchesPattern", () => {
  test("agrees with a naive matcher over what a person reads in the text", () => {
    const seen = { true: 0, false: 0 };
    const check = (written: fc.Arbitrary<[string, readonly string[], boolean]>): void =>
      fc.assert(
        fc.property(written, ([text, key, expected]) => {
          seen[`${expected}`]++;
          expect([text, key, matchesPattern(encodePattern(text), joinPath(key))]).toEqual([
            text,
            key,
            expected,
          ]);
        }),
        { numRuns: 3000 },
      );
    check(
      fc
        .tuple(pattern, few)
        .map(([p, key]) => [textOfPattern(p), key, expand(p).some((one) => naiveMatch(one, key))]),
    );
    check(
      fc
        .tuple(pattern, fc.infiniteStream(fc.nat(1000)))
        .map(([p, choices]) => {
          const key = example(p, choices);
          return [
            textOfPattern(p),
            key,
            key.length > 0 && expand(p).some((one) => naiveMatch(one, key)),
          ] as [string, readonly string[], boolean];
        })
        .filter(([, key]) => key.length > 0),
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(1000);
  });

  test("every key that matches begins with the literal prefix", () => {
    fc.assert(
      fc.property(pattern, fc.infiniteStream(fc.nat(1000)), (p, choices) => {
        const key = example(p, choices);
        fc.pre(key.length > 0);
        expect(joinPath(key).startsWith(literalPrefix(encodePattern(textOfPattern(p))))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(literalPrefix(encodePattern("embeddings/*/v1/**"))).toBe("embeddings/");
    expect(literalPrefix(encodePattern("frames/{v1,v2}/**"))).toBe("frames/v");
    expect(literalPrefix(encodePattern("frames/v1/**"))).toBe("frames/v1");
    expect(literalPrefix(encodePattern("**"))).toBe("");
  });

  test("a star stays in its segment, a double star crosses and matches none too", () => {
    expect(matches("a/*", "a/b")).toBe(true);
    expect(matches("a/*", "a")).toBe(false);
    expect(matches("a/*", "a/b/c")).toBe(false);
    for (const key of ["a", "a/b", "a/b/c"]) expect(matches("a/**", key)).toBe(true);
    for (const key of ["a", "a/b"]) expect(matches("a/**/**", key)).toBe(true);
    for (const key of ["a/c", "a/b/c", "a/b/b/c"]) expect(matches("a/**/c", key)).toBe(true);
    for (const key of ["c", "b/c"]) expect(matches("**/c", key)).toBe(true);
    expect(matches("a/**", "ab")).toBe(false);
  });

  test("a question mark is one character, not one byte and not one code unit", () => {
    for (const one of ["a", "é", "漢", "😀", "%25", "%2F", "*"]) {
      expect(matches("x?y", `x${one}y`)).toBe(true);
      expect(matches("x??y", `x${one}y`)).toBe(false);
    }
  });

  test("braces hold alternatives, also over segments and inside each other", () => {
    for (const key of ["a/x", "b/c/x", "b/d/x"]) expect(matches("{a,b/{c,d}}/x", key)).toBe(true);
    expect(matches("{a,b/{c,d}}/x", "b/x")).toBe(false);
    expect(matches("a{,b}", "a")).toBe(true);
    expect(encodePattern("{a,a}")).toBe("a");
    expect(matches("a,b", "a,b")).toBe(true);
  });

  test("a backslash takes an operator literally, and is itself elsewhere", () => {
    expect(matches("a\\*", "a*")).toBe(true);
    expect(matches("a\\*", "ab")).toBe(false);
    expect(matches("\\{a\\,b\\}", "{a,b}")).toBe(true);
    expect(matches("a\\b", "a\\b")).toBe(true);
    expect(matches("a\\\\*", "a\\bc")).toBe(true);
    expect(matches("a\\", "a\\")).toBe(true);
  });

  test("a segment of dots is matched as it is written", () => {
    for (const text of [".*", "?", "*", ".", "{.,b}"])
      expect(matches(`a/${text}`, "a/.")).toBe(true);
    for (const text of [".*", "??", ".?", "*.", ".."])
      expect(matches(`a/${text}`, "a/..")).toBe(true);
    expect(matches("a/.?", "a/.")).toBe(false);
  });

  test("difference of case is a difference", () => {
    expect(matches("A/*", "a/b")).toBe(false);
  });

  test("a key's own text, its operators escaped, matches this key alone", () => {
    fc.assert(
      fc.property(segments, segments, (a, b) => {
        const text = a
          .map((s) =>
            s
              .replaceAll("%", "%25")
              .replaceAll("/", "%2F")
              .replaceAll(/[*?{},\\]/g, "\\$&"),
          )
          .join("/");
        expect(encodePattern(text)).toBe(joinPath(a));
        expect(matchesPattern(encodePattern(text), joinPath(b))).toBe(joinPath(a) === joinPath(b));
      }),
    );
  });

  test("stars made to backtrack stay fast", () => {
    const key = joinPath(["a".repeat(380), "a".repeat(380)]);
    const deep = Array.from({ length: 384 }, () => "a").join("/");
    const began = performance.now();
    for (let i = 0; i < 20; i++) {
      expect(matches(`${"*a".repeat(300)}b/*`, key)).toBe(false);
      expect(matches(`${"**/a/".repeat(150)}b`, deep)).toBe(false);
      expect(matches(`${"**/*/*a/".repeat(60)}b`, deep)).toBe(false);
    }
    // Linear in the product of the lengths it takes some 100 ms; backtracking would not end.
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe("encodePattern", () => {
  test("gives a form that isCanonicalPattern knows", () => {
    fc.assert(
      fc.property(pattern, (p) => {
        expect(isCanonicalPattern(encodePattern(textOfPattern(p)))).toBe(true);
      }),
    );
  });

  test("encodes literals as a key would", () => {
    expect(encodePattern("é b/%2F/*")).toBe("%C3%A9%20b/%2F/*");
    expect(encodePattern("./..")).toBe("%2E/%2E%2E");
    expect(encodePattern("{a b,c}/?")).toBe("{a%20b/?,c/?}");
  });

  test("refuses what nobody can have meant", () => {
    const bad = [
      "",
      "/",
      "a//b",
      "a/",
      "{a",
      "a}",
      "{a,b",
      "{,a}/b",
      "a**",
      "***",
      "a/**b",
      "50%",
      "a%2f",
      "\ud800",
      "a{,\udc00}",
    ];
    for (const text of bad) expect(refusal(text)).toMatchObject(REFUSED);
  });

  test("refuses more than 64 alternatives without computing them", () => {
    expect(MAX_ALTERNATIVES).toBe(64);
    const began = performance.now();
    expect(refusal("{a,b}".repeat(6))).toEqual(expect.any(String));
    const bad = [
      "{a,b}".repeat(7),
      "{a,b}".repeat(10_000),
      `{${"a,".repeat(100_000)}a}`,
      "{".repeat(50_000) + "}".repeat(50_000),
    ];
    for (const text of bad) expect(refusal(text)).toMatchObject(REFUSED);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe("isCanonicalPattern", () => {
  test("refuses what encodePattern cannot have given", () => {
    const bad = [
      "",
      "/a",
      "a/",
      "a//b",
      "a b",
      "é*",
      "{a,b",
      "a,b",
      "a*,b",
      "{*",
      "{a,b}/c",
      "a**",
      "***",
      "%2f*",
      "%2E*%",
      "*%C3",
      ".",
      "a/..",
      "{a,}",
      "{{a},b}",
      "\\*",
      "%41*",
    ];
    for (const value of bad) expect([value, isCanonicalPattern(value)]).toEqual([value, false]);
  });

  test("takes every key's path", () => {
    fc.assert(
      fc.property(segment, (one) => {
        expect(isCanonicalPattern(encodeSegment(one))).toBe(true);
      }),
    );
  });
});
