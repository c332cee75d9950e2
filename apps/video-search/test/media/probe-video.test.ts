import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { extractKeyframes } from "../../src/media/keyframes.ts";
import { probeVideo } from "../../src/media/probe-video.ts";
import { UnreadableVideoError } from "../../src/media/unreadable-video-error.ts";
import type { UnreadableVideoReason } from "../../src/media/unreadable-video-error.ts";
import { remux } from "../support/make-film.ts";
import { collect, SAMPLE } from "../support/sample.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

test("tells container, duration and tracks of the sample", async () => {
  expect(await probeVideo(SAMPLE)).toEqual({
    container: "mov,mp4,m4a,3gp,3g2,mj2",
    durationMs: 5312,
    fileBytes: 1_055_736,
    video: { codec: "h264", width: 1280, height: 720, frameRate: 25 },
    audio: { codec: "aac", sampleRateHz: 48_000, channels: 6 },
    subtitles: [],
  });
});

type Case = Readonly<{
  what: string;
  reason: UnreadableVideoReason;
  make: (path: string) => Promise<void>;
}>;

const UNREADABLE: readonly Case[] = [
  { what: "no file", reason: "missing", make: async () => {} },
  {
    what: "a folder",
    reason: "missing",
    make: async (path) => {
      await mkdir(path);
    },
  },
  { what: "an empty file", reason: "empty", make: async (path) => writeFile(path, "") },
  { what: "text named .mp4", reason: "not-media", make: async (path) => writeFile(path, "words") },
  {
    what: "an mp4 cut off before its index",
    reason: "not-media",
    make: async (path) => writeFile(path, (await readFile(SAMPLE)).subarray(0, 300_000)),
  },
  {
    what: "sound alone",
    reason: "no-video",
    make: async (path) => remux([{ path: SAMPLE, keep: ({ index }) => index === 1 }], path),
  },
];

test.each(UNREADABLE)("$what is refused in one line: $reason", async ({ reason, make }) => {
  await using folder = await TemporaryFolder.create();
  const path = folder.at("film.mp4");
  await make(path);
  for (const attempt of [probeVideo(path), collect(extractKeyframes(path))]) {
    const error = await attempt.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!UnreadableVideoError.isInstance(error)) throw new Error("expected UnreadableVideoError");
    expect(error.reason).toBe(reason);
    expect(error.path).toBe(path);
    expect(error.message).toMatch(/^[^\n]+$/);
  }
});

test("a film cut off after its index fails at the end instead of passing for a shorter one", async () => {
  await using folder = await TemporaryFolder.create();
  const whole = folder.at("whole.mp4");
  const cut = folder.at("cut.mp4");
  const streams = [{ path: SAMPLE, keep: ({ index }: { index: number }) => index === 0 }];
  await remux(streams, whole, { movflags: "+faststart" });
  await writeFile(cut, (await readFile(whole)).subarray(0, 400_000));
  expect(await probeVideo(cut)).toMatchObject({ durationMs: 5280 });
  await expect(collect(extractKeyframes(cut))).rejects.toMatchObject({ reason: "truncated" });
  expect(await collect(extractKeyframes(whole))).toHaveLength(5);
});

test("a film of which no picture decodes is damaged", async () => {
  await using folder = await TemporaryFolder.create();
  const path = folder.at("film.mp4");
  const streams = [{ path: SAMPLE, keep: ({ index }: { index: number }) => index === 0 }];
  await remux(streams, path, { movflags: "+faststart" });
  const bytes = await readFile(path);
  bytes.fill(0xff, bytes.indexOf("mdat") + 4);
  await writeFile(path, bytes);
  await expect(collect(extractKeyframes(path))).rejects.toMatchObject({ reason: "damaged" });
});
