import { writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { subtitleText } from "../../src/media/subtitle-text.ts";
import { findSidecar, readSidecar, readSubtitleTrack } from "../../src/media/subtitles.ts";
import { remux } from "../support/make-film.ts";
import { SAMPLE } from "../support/sample.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const SRT = `1
00:00:01,000 --> 00:00:02,500
<i>Hello</i> you &amp;
there

2
01:00:03,000 --> 01:00:04,000
{\\an8}Bye
`;
const SEGMENTS = [
  { startMs: 1_000, endMs: 2_500, text: "Hello you & there" },
  { startMs: 3_603_000, endMs: 3_604_000, text: "Bye" },
];

test("the sample's sidecar is found and read, notes left out", async () => {
  const sidecar = await findSidecar(SAMPLE);
  if (sidecar === undefined) throw new Error("no sidecar");
  const { source, segments } = await readSidecar(sidecar);
  expect(source).toBe("sidecar");
  expect(segments).toHaveLength(4);
  expect(segments[0]).toEqual({
    startMs: 0,
    endMs: 1_200,
    text: "A large grey rabbit crawls out of his burrow under a grassy hill.",
  });
});

test.each([
  ["srt", SRT],
  ["srt with a byte order mark and CRLF", `\uFEFF${SRT.replaceAll("\n", "\r\n")}`],
])("%s", async (_, text) => {
  await using folder = await TemporaryFolder.create();
  const path = folder.at("film.srt");
  await writeFile(path, text);
  expect((await readSidecar({ path, language: "en" })).segments).toEqual(SEGMENTS);
});

test("vtt with voices, cue settings and timestamps without hours", async () => {
  await using folder = await TemporaryFolder.create();
  const path = folder.at("film.vtt");
  await writeFile(path, "WEBVTT\n\n00:01.000 --> 00:02.500 align:left\n<v Ann>Hello</v> you\n");
  const { segments } = await readSidecar({ path, language: "und" });
  expect(segments).toEqual([{ startMs: 1_000, endMs: 2_500, text: "Hello you" }]);
});

test("a file that only looks like subtitles is an error of its own path", async () => {
  await using folder = await TemporaryFolder.create();
  const path = folder.at("film.srt");
  await writeFile(path, Buffer.from([0, 1, 2, 3]));
  await expect(readSidecar({ path, language: "und" })).rejects.toMatchObject({ path });
});

test("the plain name wins over one with a language, and other films' files are left alone", async () => {
  await using folder = await TemporaryFolder.create();
  const film = folder.at("film.mp4");
  await writeFile(folder.at("film2.srt"), SRT);
  expect(await findSidecar(film)).toBeUndefined();
  await writeFile(folder.at("film.de.srt"), SRT);
  expect(await findSidecar(film)).toEqual({ path: folder.at("film.de.srt"), language: "de" });
  await writeFile(folder.at("film.srt"), SRT);
  expect(await findSidecar(film)).toEqual({ path: folder.at("film.srt"), language: "und" });
  await writeFile(folder.at("film.vtt"), SRT);
  expect(await findSidecar(film)).toEqual({ path: folder.at("film.vtt"), language: "und" });
});

test("a text track in the container is read; a film without one has none", async () => {
  await using folder = await TemporaryFolder.create();
  const subtitles = folder.at("words.srt");
  const film = folder.at("film.mkv");
  await writeFile(subtitles, SRT);
  await remux(
    [
      { path: SAMPLE, keep: ({ index }) => index === 0 },
      { path: subtitles, keep: () => true },
    ],
    film,
  );
  const track = await readSubtitleTrack(film);
  expect(track).toEqual({ source: "subtitle-track", language: "und", segments: SEGMENTS });
  expect(await readSubtitleTrack(SAMPLE)).toBeUndefined();
});

test.each([
  ["mov_text", Buffer.from([0, 5, ...Buffer.from("Hello"), 0, 0, 0, 9]), "Hello"],
  ["ass", Buffer.from("0,0,Default,,0,0,0,,{\\i1}One,{\\i0}\\Ntwo"), "One, two"],
  ["hdmv_pgs_subtitle", Buffer.from([1, 2]), undefined],
])("%s packets", (codec, data, text) => {
  expect(subtitleText(codec, data)).toBe(text);
});
