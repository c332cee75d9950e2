import { expect, test } from "@jest/globals";
import { FilmKeys, type KeyInputs } from "../../src/ingest/film-keys.ts";
import { DEFAULT_SETTINGS, type IngestSettings } from "../../src/ingest/ingest-settings.ts";
import type { VideoRecord } from "../../src/library/video-library.ts";

const FILM: VideoRecord = {
  videoId: "f".repeat(64),
  path: "/films/a.mp4",
  title: "a",
  probe: {
    container: "mp4",
    durationMs: 1000,
    video: undefined,
    audio: [],
    subtitles: [],
  } as never,
  sidecar: { path: "/films/a.vtt", language: "en", sha256: "5".repeat(64) },
};

const WITHOUT_WORDS = { ...FILM, sidecar: null };

function inputs(
  settings: Partial<IngestSettings> = {},
  revisions: Record<string, string> = {},
): KeyInputs {
  const model = (id: string) => ({ identity: { id, revision: revisions[id] ?? "1" } });
  const models = { vision: model("vision"), text: model("text"), speech: model("speech") };
  return { models, settings: { ...DEFAULT_SETTINGS, ...settings } };
}

function pathsOf(film: VideoRecord, from: KeyInputs = inputs()): Readonly<Record<string, string>> {
  const keys = new FilmKeys(film, from);
  const { manifest, summary, labels, labelVectors, transcript } = keys;
  const frame = keys.frame(40);
  const frameVector = keys.frameVector(40);
  const chunkVector = keys.chunkVector(0);
  const all = {
    manifest,
    frame,
    frameVector,
    chunkVector,
    summary,
    labels,
    labelVectors,
    transcript,
  };
  return Object.fromEntries(Object.entries(all).map(([name, key]) => [name, key.path]));
}

/** The names of the artefacts whose keys differ. */
function changed(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.keys(a).filter((name) => a[name] !== b[name]);
}

const ALL = Object.keys(pathsOf(FILM));
const NOT_WORDS = ALL.filter((name) => name !== "transcript");
const { keyframes, jpeg } = DEFAULT_SETTINGS;

test.each([
  ["another film", { ...FILM, videoId: "e".repeat(64) }, inputs(), ALL],
  [
    "edited subtitles",
    { ...FILM, sidecar: { path: "", language: "en", sha256: "6" } },
    inputs(),
    ["transcript"],
  ],
  [
    "their language",
    { ...FILM, sidecar: { path: "", language: "de", sha256: "5".repeat(64) } },
    inputs(),
    ["transcript"],
  ],
  ["the key frame rule", FILM, inputs({ keyframes: { ...keyframes, threshold: 0.3 } }), NOT_WORDS],
  [
    "how often frames are looked at",
    FILM,
    inputs({ keyframes: { ...keyframes, sampleEveryMs: 40 } }),
    NOT_WORDS,
  ],
  ["the jpgs' quality", FILM, inputs({ jpeg: { ...jpeg, quality: 90 } }), NOT_WORDS],
  ["the jpgs' width", FILM, inputs({ jpeg: { ...jpeg, maxWidth: 640 } }), NOT_WORDS],
  ["the length of a chunk", FILM, inputs({ chunkMs: 3000 }), ["chunkVector", "summary"]],
  [
    "the vision model",
    FILM,
    inputs({}, { vision: "2" }),
    ["frameVector", "chunkVector", "summary", "labels", "labelVectors"],
  ],
  ["the text model", FILM, inputs({}, { text: "2" }), ["labelVectors"]],
  ["the speech model where there are subtitles", FILM, inputs({}, { speech: "2" }), []],
  [
    "where the film lies and what it is called",
    { ...FILM, path: "/b.mp4", title: "b" },
    inputs(),
    [],
  ],
] as const)(
  "%s changes the keys of what it shapes, and no other",
  (_what, film, from, expected) => {
    expect(changed(pathsOf(FILM), pathsOf(film, from))).toEqual(expected);
  },
);

test("the speech model shapes the words of a film without subtitles", () => {
  const other = pathsOf(WITHOUT_WORDS, inputs({}, { speech: "2" }));
  expect(changed(pathsOf(WITHOUT_WORDS), other)).toEqual(["transcript"]);
});

test("every key follows the design's form", () => {
  expect(pathsOf(FILM)["frame"]).toMatch(/^frames\/f{64}@[0-9a-f]{16}\/frame_40\.jpg$/);
  expect(pathsOf(FILM)["frameVector"]).toMatch(
    /^embeddings\/vision@1\/f{64}@[0-9a-f]{16}\/frame_40\.npz$/,
  );
  expect(pathsOf(FILM)["transcript"]).toMatch(
    /^transcriptions\/f{64}@[0-9a-f]{16}\/transcription\.json$/,
  );
});
