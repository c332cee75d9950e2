import { writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { chunkWindows, within } from "../../src/media/chunk-windows.ts";
import { decodeAudio, SPEECH_SAMPLE_RATE_HZ } from "../../src/media/decode-audio.ts";
import { decodeImage } from "../../src/media/decode-image.ts";
import { extractKeyframes } from "../../src/media/keyframes.ts";
import { encodeWav } from "../../src/media/wav.ts";
import { makeFilm } from "../support/make-film.ts";
import { collect, SAMPLE } from "../support/sample.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

test("a jpg comes back as the same square of pixels every time", async () => {
  const [frame] = await collect(extractKeyframes(SAMPLE));
  if (frame === undefined) throw new Error("no frame");
  const first = await decodeImage(frame.jpeg, 224);
  expect(first.rgb).toHaveLength(224 * 224 * 3);
  expect(await decodeImage(frame.jpeg, 224)).toEqual(first);
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["text", new TextEncoder().encode("not a picture")],
])("%s is no picture", async (_, bytes) => {
  await expect(decodeImage(bytes, 224)).rejects.toMatchObject({ name: "UnreadableImageError" });
});

test("sound comes as 16 kHz mono chunks of the asked length, the last one shorter", async () => {
  const chunks = await collect(decodeAudio(SAMPLE, { chunkMs: 2_000 }));
  expect(chunks.map(({ startMs }) => startMs)).toEqual([0, 2_000, 4_000]);
  expect(chunks.map(({ samples }) => samples.length)).toEqual([32_000, 32_000, 20_992]);
  const loudest = Math.max(
    ...chunks.map(({ samples }) => samples.reduce((a, b) => Math.max(a, b))),
  );
  expect(loudest).toBeGreaterThan(0.05);
  expect(loudest).toBeLessThanOrEqual(1);
});

test("a silent film has no sound, which is no error", async () => {
  await using folder = await TemporaryFolder.create();
  const path = folder.at("silent.mp4");
  await makeFilm(path, { width: 64, height: 36, frames: 5, framesPerSecond: 5, grey: () => 90 });
  expect(await collect(decodeAudio(path))).toEqual([]);
});

test("a WAV file is one that FFmpeg reads back", async () => {
  await using folder = await TemporaryFolder.create();
  const path = folder.at("tone.wav");
  const tone = Float32Array.from({ length: 1_600 }, (_, index) => Math.sin(index / 10) * 0.5);
  await writeFile(path, encodeWav(tone, SPEECH_SAMPLE_RATE_HZ));
  const [back] = await collect(decodeAudio(path));
  expect(back?.samples).toHaveLength(1_600);
  const errors = Array.from(back?.samples ?? [], (sample, index) =>
    Math.abs(sample - (tone[index] ?? 9)),
  );
  expect(Math.max(...errors)).toBeLessThan(0.001);
});

test("windows cover the film without overlap, and each frame falls into one", () => {
  const windows = chunkWindows(13_000, 6_000);
  expect(windows).toEqual([
    { index: 0, fromMs: 0, toMs: 6_000 },
    { index: 1, fromMs: 6_000, toMs: 12_000 },
    { index: 2, fromMs: 12_000, toMs: 13_000 },
  ]);
  const frames = [0, 5_999, 6_000, 12_500].map((timestampMs) => ({ timestampMs }));
  expect(windows.map((window) => within(window, frames).length)).toEqual([2, 1, 1]);
  expect(chunkWindows(0)).toHaveLength(1);
});
