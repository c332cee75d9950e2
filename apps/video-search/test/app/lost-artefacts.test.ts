import { appendFile, copyFile, rename, writeFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { ArtefactReport } from "../../src/ingest/artefact-report.ts";
import { AppHome } from "../support/app-home.ts";
import { CheapModels } from "../support/cheap-models.ts";
import { makeFilm } from "../support/make-film.ts";

function computed(report: ArtefactReport, type: string): number {
  return report.rows().find((row) => row.type === type)?.computed ?? 0;
}

test("lost embeddings come from the cached frames while the film is away", async () => {
  await using home = await AppHome.create();
  await using app = await home.open();
  const film = await home.sample();
  const { video } = await app.processor.ingest(film, "acme");
  await rename(film, home.film("moved-away"));
  await app.cache.invalidate({ kind: "prefix", value: "embeddings/" }, "acme");
  expect(await app.cache.listKeys("embeddings/", "acme")).toEqual([]);
  const report = new ArtefactReport();
  const options = { strategy: "similar", report } as const;
  const { hits } = await app.agent.search(`${video.videoId}@0`, "acme", options);
  expect(hits).toHaveLength(4);
  expect(computed(report, "frame embedding")).toBe(5);
  expect(computed(report, "keyframes") + computed(report, "frame")).toBe(0);
});

test("a lost frame is decoded again alone, with the same bytes", async () => {
  await using home = await AppHome.create();
  await using app = await home.open();
  const film = await home.sample();
  await app.processor.ingest(film, "acme");
  const [key = ""] = (await app.cache.listKeys("frames/", "acme")).filter((k) =>
    k.endsWith("frame_2160.jpg"),
  );
  const before = await app.cache.get(key, "acme");
  await app.cache.delete(key, "acme");
  const report = new ArtefactReport();
  await app.processor.ingest(film, "acme", { report });
  expect(computed(report, "frame")).toBe(1);
  expect(computed(report, "keyframes")).toBe(0);
  expect(await app.cache.get(key, "acme")).toEqual(before);
});

test("another film in the place of the ingested one is not taken for it", async () => {
  await using home = await AppHome.create();
  await using app = await home.open();
  const film = await home.sample();
  const { video } = await app.processor.ingest(film, "acme");
  await app.cache.invalidateVideo(video.videoId, "acme");
  const grey = (): number => 90;
  await makeFilm(home.film("grey.mp4"), {
    width: 64,
    height: 64,
    frames: 30,
    framesPerSecond: 10,
    grey,
  });
  await copyFile(home.film("grey.mp4"), film);
  await expect(app.agent.search("rabbit", "acme")).rejects.toMatchObject({ reason: "changed" });
  expect(await app.cache.listKeys("", "acme")).toEqual([]);
});

test("edited subtitles are another transcript, and are not taken for the one that was ingested", async () => {
  await using home = await AppHome.create();
  await using app = await home.open();
  const film = await home.sample();
  const first = await app.processor.ingest(film, "acme");
  const ask = () => app.agent.search("locomotive", "acme", { strategy: "transcript" });
  expect((await ask()).hits).toEqual([]);
  await appendFile(home.film("bunny.vtt"), "\n00:05.300 --> 00:05.400\nA locomotive.\n");
  await app.cache.invalidate({ kind: "prefix", value: "transcriptions/" }, "acme");
  await expect(ask()).rejects.toMatchObject({ reason: "changed" });
  const second = await app.processor.ingest(film, "acme");
  expect([first.segments, second.segments]).toEqual([4, 5]);
  expect((await ask()).hits).toHaveLength(1);
});

test("a forced run computes everything anew, from what it made itself", async () => {
  await using home = await AppHome.create();
  const models = new CheapModels();
  await using app = await home.open({ models });
  const film = await home.sample();
  const first = await app.processor.ingest(film, "acme");
  const forced = await app.processor.ingest(film, "acme", { force: true });
  expect(forced.computed).toBe(first.computed);
  expect(models.images).toBe(10);
  expect((await app.processor.ingest(film, "acme")).computed).toBe(0);
});

test("a film without words beside it has none, until some are put there", async () => {
  await using home = await AppHome.create();
  await using app = await home.open();
  const film = await home.sample();
  await rename(home.film("bunny.vtt"), home.film("elsewhere.vtt"));
  expect((await app.processor.ingest(film, "acme")).segments).toBe(0);
  await writeFile(home.film("bunny.srt"), "1\n00:00:00,000 --> 00:00:01,000\nHello.\n");
  expect(await app.processor.ingest(film, "acme")).toMatchObject({ segments: 1, computed: 1 });
});
