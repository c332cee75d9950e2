import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { defineKeyType, jsonCodec, keys, videoTag } from "@cogniverse/core";
import { decodeKey, encodeKey } from "@cogniverse/sdk/keys";
import { KeyRegistry } from "../../src/keys/key-registry.ts";

const codec = jsonCodec<null>();
const frames = defineKeyType("frames/{video}/frame_{timestamp}.jpg", codec);
const plain = defineKeyType("p/{a}/{b}", codec);

/** Text with all that has a meaning somewhere: slashes, percent signs, dots, globs, other scripts; well-formed and not empty. */
const parameter = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom(
        "/",
        "%",
        "2",
        "F",
        "f",
        ".",
        "*",
        "?",
        "{",
        "}",
        "@",
        "a",
        "A",
        "é",
        " ",
        "\\",
        ":",
      ),
      minLength: 1,
      maxLength: 12,
    }),
  )
  .filter((text) => text.isWellFormed());

describe("keys of a type", () => {
  test.each([
    ["with text around", frames],
    ["alone in their segments", plain],
  ] as const)(
    "parameters %s come back from the path, so different ones never meet",
    (_name, type) => {
      const names = type === frames ? ["video", "timestamp"] : ["a", "b"];
      const params = fc
        .tuple(parameter, parameter)
        .map(([x, y]) => ({ [names[0] ?? ""]: x, [names[1] ?? ""]: y }));
      fc.assert(
        fc.property(params, (given) => {
          // The names are those of the template.
          const { path } = type(given as never);
          expect(type.parse(path)).toEqual(given);
          expect(encodeKey(decodeKey(path))).toBe(path);
          expect(path).toMatch(/^[\x21-\x7e]+$/);
          expect(path.split("/")).toHaveLength(3);
          for (const segment of path.split("/")) expect(segment).not.toMatch(/^\.{1,2}$/);
        }),
        { numRuns: 500 },
      );
    },
  );

  test("whatever parses is made again from what was parsed", () => {
    const path = fc.oneof(
      fc.tuple(parameter, parameter).map(([a, b]) => plain({ a, b }).path),
      fc
        .string({
          unit: fc.constantFrom("p", "/", "%", "2", "F", ".", "a", "é", "*"),
          maxLength: 12,
        })
        .map((s) => `p/${s}`),
    );
    fc.assert(
      fc.property(path, (some) => {
        const params = plain.parse(some);
        fc.pre(params !== undefined);
        expect(plain(params as { a: string; b: string }).path).toBe(some);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    "",
    "frames",
    "frames/v/frame_.jpg",
    "frames/v/frame_1.png",
    "frames@2/v/frame_1.jpg",
    "frames/v%zz/frame_1.jpg",
    "frames/./frame_1.jpg",
    "frames/v/x/frame_1.jpg",
    "frames/%61/frame_1.jpg",
  ])("%j is no path of the type", (path) => expect(frames.parse(path)).toBeUndefined());

  test.each([
    ["case", { video: "V", timestamp: 1 }, "frames/V/frame_1.jpg"],
    ["a slash", { video: "a/b", timestamp: 1 }, "frames/a%2Fb/frame_1.jpg"],
    ["what looks encoded", { video: "%2f", timestamp: 1 }, "frames/%252f/frame_1.jpg"],
    ["dots", { video: "..", timestamp: ".." }, "frames/%2E%2E/frame_...jpg"],
    ["a glob", { video: "*", timestamp: "**" }, "frames/%2A/frame_%2A%2A.jpg"],
    ["numbers", { video: 7, timestamp: -1.5 }, "frames/7/frame_-1.5.jpg"],
  ])("%s", (_name, params, path) => expect(frames(params).path).toBe(path));

  test.each<[string, object]>([
    ["missing", { video: "v" }],
    ["empty", { video: "", timestamp: 1 }],
    ["not finite", { video: "v", timestamp: Number.NaN }],
    ["no text", { video: "v", timestamp: {} }],
    ["a lone surrogate", { video: "\uD800", timestamp: 1 }],
    ["too long", { video: "x".repeat(769), timestamp: 1 }],
  ])("a parameter that is %s is refused", (_name, params) => {
    // A caller without types.
    expect(() => frames(params as never)).toThrow(expect.objectContaining({ code: "invalid_key" }));
  });

  test("768 bytes fit, one more does not", () => {
    const room = 768 - "p/a/".length;
    expect(plain({ a: "a", b: "x".repeat(room) }).path).toHaveLength(768);
    expect(() => plain({ a: "a", b: "x".repeat(room + 1) })).toThrow("768");
  });

  test.each([
    "",
    "{a}/b",
    "a@2/b",
    "a/{b}{c}",
    "a/{b",
    "a/{}",
    "a/{b}/{b}",
    "a/b c",
    "a//b",
    "a/*",
    "a/.",
    "a/..",
    "a/.{b}",
    "a/{b}.",
    "a/{b c}",
    "a/{__proto__}",
    "é/{a}",
  ])("the template %j is refused", (template) =>
    expect(() => defineKeyType(template, codec)).toThrow(
      expect.objectContaining({ code: "invalid_key" }),
    ),
  );

  test.each([0, 1.5, -1, Number.NaN])("version %d is refused", (version) => {
    expect(() => defineKeyType("a/{b}", codec, { version })).toThrow("version");
  });

  test("versions never meet and have one policy", () => {
    const second = defineKeyType("frames/{video}/frame_{timestamp}.jpg", codec, { version: 2 });
    const key = second({ video: "v", timestamp: 1 });
    expect(key).toMatchObject({ path: "frames@2/v/frame_1.jpg", family: "frames" });
    expect([frames.parse(key.path), second.parse(key.path)]).toEqual([
      undefined,
      { video: "v", timestamp: "1" },
    ]);
  });
});

describe("built-in families", () => {
  test.each([
    [
      keys.embeddingChunk({ model: "m/1", video: "v", chunk: 3 }),
      "embeddings/m%2F1/v/3.npz",
      "npz",
    ],
    [keys.embeddingMetadata({ model: "m", video: "v" }), "embeddings/m/v/metadata.json", "json"],
    [keys.frame({ video: "v", timestamp: 40 }), "frames/v/frame_40.jpg", "jpg"],
    [keys.keyframes({ video: "v" }), "frames/v/keyframes.json", "json"],
    [keys.transcription({ video: "v" }), "transcriptions/v/transcription.json", "json"],
    [keys.searchResults({ queryHash: "h", strategy: "s" }), "search_results/h/s.json", "json"],
    [keys.experiment({ experiment: "e" }), "experiments/e/results.json", "json"],
  ])("%#: $path", (key, path, codecId) => {
    expect([key.path, key.codec.id, key.family]).toEqual([path, codecId, path.split("/")[0]]);
    const known = new KeyRegistry().resolve(decodeKey(path));
    expect(known).toMatchObject({ path, codec: key.codec });
    const tags = /^(embeddings|frames|transcriptions)/.test(path) ? [videoTag("v")] : [];
    expect([known.tags, new KeyRegistry().resolve(key).tags]).toEqual([tags, tags]);
  });
});

describe("the registry", () => {
  test("knows a video's keys in every version, registered or not", () => {
    const registry = new KeyRegistry();
    expect(registry.resolve("frames@7/a%2Fb/frame_1.jpg")).toMatchObject({
      family: "frames",
      tags: ["video:a/b"],
    });
    const scenes = defineKeyType("scenes/{video}/{n}", codec);
    expect(registry.resolve(scenes({ video: "x", n: 1 })).tags).toEqual(["video:x"]);
    expect(registry.resolve("scenes/x/1").tags).toEqual([]);
    expect(new KeyRegistry([scenes]).resolve("scenes/x/1")).toMatchObject({
      tags: ["video:x"],
      codec,
    });
  });

  test("takes a string that fits nothing as what it holds", () => {
    const known = new KeyRegistry().resolve("free/text");
    expect(known).toEqual({
      path: "free/text",
      family: "free",
      codec: undefined,
      immutable: false,
      tags: [],
    });
    expect(new KeyRegistry().codecFor(new Uint8Array(1)).id).toBe("bytes");
    expect(new KeyRegistry().codecFor([1]).id).toBe("json");
    expect(() => new KeyRegistry().codecById("theirs")).toThrow("theirs");
  });
});
