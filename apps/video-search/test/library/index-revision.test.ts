import { expect, test } from "@jest/globals";
import { indexRevision } from "../../src/library/index-revision.ts";
import { makeRecord } from "../support/make-record.ts";

const film = makeRecord();
const other = makeRecord({ videoId: "e".repeat(64) });
const sidecar = { path: "/films/a.vtt", language: "en", sha256: "5".repeat(64) };

test.each([
  ["another film", [makeRecord({ videoId: "d".repeat(64) })]],
  ["one film more", [film, other]],
  ["none", []],
  ["another title", [makeRecord({ title: "b" })]],
  ["subtitles", [makeRecord({ sidecar })]],
])("%s makes it another one", (_what, videos) => {
  expect(indexRevision(videos)).not.toBe(indexRevision([film]));
});

test("edited subtitles and their language make it another one", () => {
  const of = (changed: Partial<typeof sidecar>): string =>
    indexRevision([makeRecord({ sidecar: { ...sidecar, ...changed } })]);
  expect(new Set([of({}), of({ sha256: "6".repeat(64) }), of({ language: "de" })]).size).toBe(3);
});

test("where films lie and in which order they are listed does not matter", () => {
  const moved = makeRecord({ path: "/elsewhere.mp4" });
  expect(indexRevision([other, moved])).toBe(indexRevision([film, other]));
});
