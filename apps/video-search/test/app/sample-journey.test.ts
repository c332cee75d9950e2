import { afterAll, expect, test } from "@jest/globals";
import { describeDemo, runDemo } from "../../src/demo/demo.ts";
import { ArtefactReport } from "../../src/ingest/artefact-report.ts";
import { EmbeddedModels } from "../../src/models/embedded/embedded-models.ts";
import { AppHome } from "../support/app-home.ts";
import { SAMPLE } from "../support/sample.ts";

// The real decoder and the real models, loaded once.
const models = new EmbeddedModels();
afterAll(() => models[Symbol.asyncDispose]());

const ARTEFACTS = {
  keyframes: 1,
  frame: 5,
  "frame embedding": 5,
  "chunk embedding": 1,
  "embedding summary": 1,
  labels: 1,
  "label vectors": 1,
  transcript: 1,
};

function computes(report: ArtefactReport): Readonly<Record<string, number>> {
  return Object.fromEntries(report.rows().map((row) => [row.type, row.computed]));
}

test("the sample goes in, and after a restart every artefact is found again", async () => {
  await using home = await AppHome.create();
  let keys: readonly string[];
  {
    await using app = await home.open({ models });
    const report = new ArtefactReport();
    const done = await app.processor.ingest(SAMPLE, "acme", { report });
    expect(done).toMatchObject({ frames: 5, chunks: 1, segments: 4 });
    expect(computes(report)).toEqual(ARTEFACTS);
    keys = await app.cache.listKeys("", "acme");
    const perFilm = Object.values(ARTEFACTS).reduce((sum, n) => sum + n, 0);
    expect(keys).toHaveLength(perFilm);
  }
  await using app = await home.open({ models });
  expect(await app.cache.listKeys("", "acme")).toEqual(keys);
  const report = new ArtefactReport();
  await app.processor.ingest(SAMPLE, "acme", { report });
  expect(report.computed).toBe(0);
  for (const key of keys)
    expect(await app.cache.getWithInfo(key, "acme")).toMatchObject({ hit: true });
});

test("strategies find what is in the sample, and the second time from the cache", async () => {
  await using home = await AppHome.create();
  await using app = await home.open({ models });
  const { video } = await app.processor.ingest(SAMPLE, "acme");
  const ask = (query: string, strategy: "text" | "transcript" | "similar") =>
    app.agent.search(query, "acme", { strategy });
  const questions = [
    ["a rabbit yawns in the sun", "text", 2160],
    ["burrow under a hill", "transcript", 0],
    [`${video.videoId.slice(0, 12)}@2200`, "similar", 3240],
  ] as const;
  for (const [query, strategy, timestampMs] of questions) {
    const cold = await ask(query, strategy);
    expect(cold.hits[0]).toMatchObject({ timestampMs, video: video.videoId });
    expect(cold.from).toBe("computed");
    expect(await ask(query, strategy)).toMatchObject({ hits: cold.hits, from: "memory" });
  }
  expect((await ask("quarterly report of an office", "transcript")).hits).toEqual([]);
});

test("the demo computes in its first pass and never again", async () => {
  await using home = await AppHome.create();
  const progress = { step: () => undefined, done: () => undefined, stop: () => undefined };
  const { signal } = new AbortController();
  const result = await runDemo({ env: home.env, models, progress, signal });
  const [cold, again, restarted] = result.passes;
  expect(cold?.report.computed).toBe(44);
  expect([again?.report.computed, restarted?.report.computed]).toEqual([0, 0]);
  expect(result.recomputationSaved).toBe(1);
  const { ingestSpeedUp, querySpeedUp, restartQuerySpeedUp } = result;
  for (const speedUp of [ingestSpeedUp, querySpeedUp, restartQuerySpeedUp])
    expect(speedUp).toBeGreaterThan(1);
  const text = describeDemo(result);
  process.stdout.write(text.slice(text.indexOf("second run"), text.indexOf("Next")));
  for (const line of text.split("\n")) expect(line.length).toBeLessThan(100);
});
