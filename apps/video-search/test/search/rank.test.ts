import { expect, test } from "@jest/globals";
import type { FrameArtefact, VideoArtefacts } from "../../src/search/artefacts.ts";
import { parseExampleFrame } from "../../src/search/example-frame.ts";
import { fuseRanks } from "../../src/search/fuse-ranks.ts";
import { momentsOf } from "../../src/search/moments.ts";
import { rank } from "../../src/search/rank.ts";

const vector = (...values: readonly number[]): Float32Array => Float32Array.from(values);

function frame(timestampMs: number, label: string, score: number, x: number): FrameArtefact {
  const y = Math.sqrt(1 - x * x);
  const labels = [{ names: label.split("/"), score }];
  return { timestampMs, labels, vector: vector(x, y), labelVector: vector(x, y) };
}

const words = (...segments: readonly (readonly [startMs: number, text: string])[]) => ({
  source: "sidecar" as const,
  language: "en",
  segments: segments.map(([startMs, text]) => ({ startMs, endMs: startMs + 1_000, text })),
});

const ZOO: VideoArtefacts = {
  video: "b-zoo",
  title: "zoo day",
  frames: [frame(0, "sea lion/Zalophus", 0.7, 1), frame(4_000, "albatross", 0.05, 0.1)],
  transcript: words([500, "The keeper feeds the animals"], [4_500, "A rabbit hides in the hay"]),
};
const CITY: VideoArtefacts = {
  video: "a-city",
  title: "city walk",
  frames: [frame(0, "cab/taxi", 0.9, 0), frame(2_000, "sea lion/Zalophus", 0.2, 0.9)],
  transcript: words(),
};
const ALL = [ZOO, CITY];
const places = (hits: ReturnType<typeof rank>): readonly string[] =>
  hits.map(({ video, timestampMs }) => `${video}@${timestampMs}`);

test("words find what is said, with the sentence and the word as the reason", () => {
  const [hit, ...rest] = rank({ strategy: "text", text: "rabbits" }, ALL);
  expect(hit).toEqual({
    video: "b-zoo",
    title: "zoo day",
    timestampMs: 4_000,
    score: 1,
    why: ["words: rabbits"],
    snippet: "A rabbit hides in the hay",
  });
  expect(rest).toEqual([]);
});

test("words find guesses by any synonym, but not guesses that are not credible", () => {
  expect(places(rank({ strategy: "text", text: "taxi" }, ALL))).toEqual(["a-city@0"]);
  expect(rank({ strategy: "text", text: "albatross" }, ALL)).toEqual([]);
  expect(rank({ strategy: "text", text: "taxi" }, ALL)[0]?.snippet).toBe("perhaps: cab");
});

test.each(["hides", "hiding", "HIDE", "rabit"])("%s matches another form or a typo", (text) => {
  expect(places(rank({ strategy: "text", text }, ALL))).toEqual(["b-zoo@4000"]);
});

test("words that every sentence has find nothing", () => {
  expect(rank({ strategy: "text", text: "the in a" }, ALL)).toEqual([]);
});

test("meaning joins the words: first in both lists is a score of 1", () => {
  const hits = rank({ strategy: "text", text: "sea lion", vector: vector(1, 0) }, ALL);
  expect(places(hits)).toEqual(["b-zoo@0", "a-city@2000"]);
  expect(hits[0]?.score).toBeCloseTo(1, 9);
  expect(hits[0]?.why).toEqual(["words: sea, lion", "guessed labels are close (1.00)"]);
});

test("an unrelated meaning finds nothing", () => {
  const query = { strategy: "text", text: "xylophone", vector: vector(0.3, -0.95) } as const;
  expect(rank(query, ALL)).toEqual([]);
});

test("transcript looks at what is said alone", () => {
  const query = { strategy: "transcript", text: "sea lion taxi keeper" } as const;
  expect(places(rank(query, ALL))).toEqual(["b-zoo@0"]);
});

test("similar goes by the cosine and leaves the example out", () => {
  const query = { strategy: "similar", vector: vector(1, 0) } as const;
  expect(places(rank(query, ALL))).toEqual(["b-zoo@0", "a-city@2000", "b-zoo@4000", "a-city@0"]);
  const except = { video: "b-zoo", timestampMs: 0 };
  expect(places(rank({ ...query, except }, ALL))[0]).toBe("a-city@2000");
  expect(() => rank({ strategy: "similar", vector: vector(1) }, ALL)).toThrow(RangeError);
});

test("equal scores stand by video and time, whatever the order of the videos", () => {
  const still = (video: string): VideoArtefacts => ({
    video,
    title: "",
    frames: [frame(1_000, "x", 0.1, 1), frame(0, "x", 0.1, 1)],
    transcript: words(),
  });
  const query = { strategy: "similar", vector: vector(1, 0) } as const;
  const expected = ["a@0", "a@1000", "b@0", "b@1000"];
  expect(places(rank(query, [still("a"), still("b")]))).toEqual(expected);
  expect(places(rank(query, [still("b"), still("a")]))).toEqual(expected);
});

test("topK and filters narrow the answer", () => {
  const query = { strategy: "similar", vector: vector(1, 0) } as const;
  expect(rank(query, ALL, { topK: 2 })).toHaveLength(2);
  expect(places(rank(query, ALL, { filters: { videos: ["a-city"] } }))).toEqual([
    "a-city@2000",
    "a-city@0",
  ]);
  expect(places(rank(query, ALL, { filters: { fromMs: 2_000, toMs: 4_000 } }))).toEqual([
    "a-city@2000",
  ]);
});

test("a hit is plain JSON", () => {
  const hits = rank({ strategy: "text", text: "rabbit" }, ALL);
  expect(JSON.parse(JSON.stringify(hits))).toEqual(hits);
});

test("each sentence belongs to the moment it starts in, an early one to the first", () => {
  const segments = words([100, "a"], [1_000, "b"], [4_999, "c"], [5_000, "d"]);
  const frames = [frame(1_000, "x", 0.1, 1), frame(5_000, "x", 0.1, 1)];
  const moments = momentsOf({ ...ZOO, frames, transcript: segments });
  const said = moments.map((moment) => moment.segments.map(({ text }) => text).join(""));
  expect(said).toEqual(["abc", "d"]);
});

test("equal scores share a place, and an id that one list lacks gets nothing from it", () => {
  const a = { id: "a", score: 3 };
  const b = { id: "b", score: 3 };
  const c = { id: "c", score: 1 };
  const fused = fuseRanks([[a, b, c], [a]]);
  expect(fused.get("a")).toBe(1);
  expect(fused.get("b")).toBe(0.5);
  expect(fused.get("c")).toBeCloseTo(61 / 62 / 2, 9);
});

test.each([
  ["film@4320", { kind: "moment", video: "film", timestampMs: 4_320 }],
  ["film@4.32s", { kind: "moment", video: "film", timestampMs: 4_320 }],
  ["film@1:02.5", { kind: "moment", video: "film", timestampMs: 62_500 }],
  ["film@1:00:02", { kind: "moment", video: "film", timestampMs: 3_602_000 }],
  ["./me@home.jpg", { kind: "image", path: "./me@home.jpg" }],
  ["photo.jpg", { kind: "image", path: "photo.jpg" }],
])("the example %s", (text, expected) => {
  expect(parseExampleFrame(text)).toEqual(expected);
});
