import { expect, test } from "@jest/globals";
import {
  describeFrame,
  DESCRIPTOR_HEIGHT,
  DESCRIPTOR_WIDTH,
} from "../../src/media/frame-descriptor.ts";
import { DEFAULT_KEYFRAME_RULE, isKeyframe } from "../../src/media/keyframe-rule.ts";
import type { SampledFrame } from "../../src/media/keyframe-rule.ts";
import { extractKeyframes, framesAt } from "../../src/media/keyframes.ts";
import { makeFilm } from "../support/make-film.ts";
import { collect, SAMPLE } from "../support/sample.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const PIXELS = DESCRIPTOR_WIDTH * DESCRIPTOR_HEIGHT;
const shot = (timestampMs: number, grey: number): SampledFrame => ({
  timestampMs,
  descriptor: describeFrame(new Uint8Array(PIXELS * 3).fill(grey)),
});
const last = shot(1_000, 20);

test.each([
  ["the first frame", shot(0, 20), undefined, true],
  ["the same picture", shot(1_900, 20), last, false],
  ["another picture", shot(1_500, 220), last, true],
  ["another picture too soon", shot(1_399, 220), last, false],
  ["the same picture after the longest interval", shot(2_000, 20), last, true],
])("%s", (_, frame, before, expected) => {
  expect(isKeyframe(frame, before, DEFAULT_KEYFRAME_RULE)).toBe(expected);
});

test("the sample has the same five key frames every time, byte for byte", async () => {
  const first = await collect(extractKeyframes(SAMPLE));
  const second = await collect(extractKeyframes(SAMPLE));
  expect(first.map(({ timestampMs }) => timestampMs)).toEqual([0, 1080, 2160, 3240, 4320]);
  expect(second).toEqual(first);
  for (const { jpeg } of first) {
    expect(Buffer.from(jpeg.subarray(0, 3)).toString("hex")).toBe("ffd8ff");
    expect(jpeg.byteLength).toBeGreaterThan(20_000);
    expect(jpeg.byteLength).toBeLessThan(80_000);
  }
});

test("an evicted frame is made again byte for byte, without the frames before it", async () => {
  const [, second, , fourth] = await collect(extractKeyframes(SAMPLE));
  const again = await collect(framesAt(SAMPLE, [3240, 1080]));
  expect(again).toEqual([second, fourth]);
  expect(await collect(framesAt(SAMPLE, []))).toEqual([]);
});

test("a timestamp without a frame is an error, also past the end", async () => {
  await expect(collect(framesAt(SAMPLE, [1081]))).rejects.toMatchObject({ reason: "damaged" });
  await expect(collect(framesAt(SAMPLE, [99_000]))).rejects.toMatchObject({ reason: "damaged" });
});

test("every cut of a film is found, and a still film has the longest interval", async () => {
  await using folder = await TemporaryFolder.create();
  const path = folder.at("cuts.mp4");
  const grey = (index: number): number => (index % 100 < 50 ? 60 : 180);
  await makeFilm(path, { width: 320, height: 180, frames: 300, framesPerSecond: 10, grey });
  const rule = { ...DEFAULT_KEYFRAME_RULE, maxIntervalMs: 60_000, sampleEveryMs: 0 };
  const cuts = await collect(extractKeyframes(path, { rule }));
  expect(cuts.map(({ timestampMs }) => timestampMs)).toEqual([
    0, 5_000, 10_000, 15_000, 20_000, 25_000,
  ]);
});
