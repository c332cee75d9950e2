import { describe, expect, test } from "@jest/globals";
import {
  decodeKey,
  decodeSegment,
  encodeKey,
  encodePrefix,
  encodeSegment,
  joinPath,
  MAX_PATH_BYTES,
  splitPath,
} from "@cogniverse/sdk/keys";
import * as fc from "fast-check";
import { segment, segments, textOf } from "./arbitrary.ts";

const INVALID = { code: "invalid_key", retryable: false };

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("canonical paths", () => {
  test("segments come back from their path, and no two lists share one", () => {
    fc.assert(
      fc.property(segments, segments, (a, b) => {
        const pathOfA = joinPath(a);
        expect(splitPath(pathOfA)).toEqual(a);
        expect(pathOfA === joinPath(b)).toBe(
          String(a.map(encodeURIComponent)) === String(b.map(encodeURIComponent)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test("near misses are different keys", () => {
    const texts = [
      ["a/b", "c"],
      ["a", "b/c"],
      ["a", "b", "c"],
      ["a%2Fb", "c"],
      ["a%2fb", "c"],
      ["A", "b", "c"],
      [".", "a"],
      ["..", "a"],
      ["%2E", "a"],
      ["...", "a"],
      ["a:b", "c"],
      ["a", "b:c"],
      ["\u00e9"],
      ["e\u0301"],
      ["*"],
      ["%2A"],
      ["a "],
      ["a"],
      ["a\0"],
    ];
    expect(new Set(texts.map(joinPath)).size).toBe(texts.length);
  });

  test("a path is ASCII, without glob operators, and no segment of it means something to a file system", () => {
    fc.assert(
      fc.property(segments, (list) => {
        const path = joinPath(list);
        expect(path).toMatch(/^[A-Za-z0-9\-_.@:%]+(?:\/[A-Za-z0-9\-_.@:%]+)*$/);
        for (const one of path.split("/")) expect([".", "..", ""]).not.toContain(one);
        expect(path.split("/")).toHaveLength(list.length);
      }),
    );
  });

  test("only canonical text is decoded", () => {
    for (const bad of [
      "",
      "%2e",
      "%2f",
      "a%2fb",
      "%",
      "%4",
      "%zz",
      "%C3",
      "%41",
      "a b",
      "*",
      ".",
      "..",
      "é",
      "~",
      "(a)",
    ])
      expect(refusal(() => decodeSegment(bad))).toMatchObject(INVALID);
    for (const bad of ["", "a//b", "/a", "a/", "a/../b", "a/%2e", "a b", "é"]) {
      expect(refusal(() => splitPath(bad))).toMatchObject(INVALID);
      expect(refusal(() => decodeKey(bad))).toMatchObject(INVALID);
    }
  });

  test("decoding random text either refuses or is undone by encoding", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), segment), (any) => {
        let again: unknown;
        try {
          again = encodeSegment(decodeSegment(any));
        } catch (error) {
          again = error;
        }
        expect([any, expect.objectContaining(INVALID)]).toContainEqual(again);
      }),
    );
  });

  test("lone surrogates, empty segments and no segments at all are refused", () => {
    for (const bad of ["\ud800", "a\udc00b", "\ude00\ud83d"]) {
      expect(refusal(() => encodeSegment(bad))).toMatchObject(INVALID);
      expect(refusal(() => encodeKey(`a/${bad}`))).toMatchObject(INVALID);
    }
    expect(refusal(() => joinPath([]))).toMatchObject(INVALID);
    expect(refusal(() => joinPath(["a", ""]))).toMatchObject(INVALID);
  });

  test("768 bytes is the limit, counted as encoded", () => {
    expect(MAX_PATH_BYTES).toBe(768);
    for (const [fits, exceeds] of [
      ["a".repeat(768), "a".repeat(769)],
      ["*".repeat(256), `${"*".repeat(256)}a`],
      ["\u{1f600}".repeat(64), "\u{1f600}".repeat(65)],
      [`${"a".repeat(700)}/${"b".repeat(67)}`, `${"a".repeat(700)}/${"b".repeat(68)}`],
    ] as const) {
      expect(encodeKey(fits)).toHaveLength(768);
      expect(refusal(() => encodeKey(exceeds))).toMatchObject(INVALID);
      expect(refusal(() => joinPath(exceeds.split("/")))).toMatchObject(INVALID);
    }
  });
});

describe("key texts", () => {
  test("each list of segments has one text: encode and decode undo each other", () => {
    fc.assert(
      fc.property(segments, (list) => {
        const text = textOf(list);
        expect(encodeKey(text)).toBe(joinPath(list));
        expect(decodeKey(joinPath(list))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test("two different texts are never one key", () => {
    const text = fc
      .array(fc.constantFrom(...Array.from("aA./%2Ff5*é"), "%2F", "%25", "%252F", "%2f"), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join(""));
    const tried = (t: string): string | undefined => {
      try {
        return encodeKey(t);
      } catch {
        return undefined;
      }
    };
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(text, (t) => {
        const path = tried(t);
        fc.pre(path !== undefined);
        expect(seen.get(path) ?? t).toBe(t);
        seen.set(path, t);
        expect(decodeKey(path)).toBe(t);
      }),
      { numRuns: 5000 },
    );
    expect(seen.size).toBeGreaterThan(500);
  });

  test("keys of the design are their own paths", () => {
    for (const key of [
      "embeddings/colpali/v1/0001.npz",
      "frames@2/v1/frame_12.5.jpg",
      "search_results/0f/hybrid.json",
    ])
      expect(encodeKey(key)).toBe(key);
  });

  test("a percent sign that is neither %25 nor %2F is refused, and the message says where", () => {
    for (const bad of ["a%2fb", "50%", "%41", "%", "%2", "%%25"])
      expect(refusal(() => encodeKey(bad))).toMatchObject(INVALID);
    expect(refusal(() => encodeKey("ab%41"))).toHaveProperty(
      "message",
      expect.stringContaining("character 3"),
    );
    // @ts-expect-error what JavaScript callers can do
    expect(refusal(() => encodeKey(7))).toMatchObject(INVALID);
  });

  test("a message never holds more than the beginning of a key", () => {
    expect(String(refusal(() => encodeKey("x".repeat(100_000)))).length).toBeLessThan(400);
  });

  test("every key whose text begins with t has a path that begins with encodePrefix(t)", () => {
    fc.assert(
      fc.property(segments, fc.nat(), (list, at) => {
        const text = textOf(list);
        const cut = text.slice(0, at % (text.length + 1));
        expect(joinPath(list).startsWith(encodePrefix(cut))).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(encodePrefix("")).toBe("");
    expect(encodePrefix("a/b")).toBe("a/b");
    expect(encodePrefix("a/.")).toBe("a/");
    expect(encodePrefix("a/é")).toBe("a/");
  });
});

test.each([
  ["/x//y", 'Key "/x//y" is refused: its segment 1 of 4 is empty'],
  ["x//y", 'Key "x//y" is refused: its segment 2 of 3 is empty'],
  ["", 'Key "" is refused: its segment 1 of 1 is empty'],
])("an empty segment is refused with the whole key: %j", (text, message) => {
  expect(() => encodeKey(text)).toThrow(message);
});
