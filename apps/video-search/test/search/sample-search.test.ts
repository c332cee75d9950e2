import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { extractKeyframes } from "../../src/media/keyframes.ts";
import { EmbeddedModels } from "../../src/models/embedded/embedded-models.ts";
import { labelVector } from "../../src/models/label-vector.ts";
import { transcribeVideo } from "../../src/models/transcribe-video.ts";
import type { FrameArtefact, VideoArtefacts } from "../../src/search/artefacts.ts";
import { rank } from "../../src/search/rank.ts";
import type { SearchHit } from "../../src/search/search-query.ts";
import { SAMPLE } from "../support/sample.ts";

// The whole path on the sample, without a cache: what the answers are worth.
const models = new EmbeddedModels();
let bunny: VideoArtefacts;

beforeAll(async () => {
  const frames: FrameArtefact[] = [];
  for await (const { timestampMs, jpeg } of extractKeyframes(SAMPLE)) {
    const [vector] = await models.vision.embedImages([jpeg]);
    const [labels = []] = await models.vision.labelImages([jpeg]);
    frames.push({
      timestampMs,
      labels,
      vector,
      labelVector: await labelVector(labels, models.text),
    });
  }
  bunny = {
    video: "bunny",
    title: "big-buck-bunny-5s",
    frames,
    transcript: await transcribeVideo(SAMPLE),
  };
});

afterAll(async () => {
  await models[Symbol.asyncDispose]();
});

async function ask(text: string): Promise<readonly SearchHit[]> {
  const [vector] = await models.text.embedTexts([text]);
  return rank({ strategy: "text", text, vector }, [bunny]);
}

test.each([
  ["rabbit leaving its burrow", 0],
  ["yawning", 2160],
  ["albatross", 2160],
])("%s is at %i ms", async (text, timestampMs) => {
  const [best] = await ask(text);
  expect(best?.timestampMs).toBe(timestampMs);
});

test("what has nothing to do with it is not found", async () => {
  expect(await ask("office")).toEqual([]);
});

test("the frames most like one are its neighbours in the pose", () => {
  const example = bunny.frames.find(({ timestampMs }) => timestampMs === 2160);
  if (example?.vector === undefined) throw new Error("no example");
  const except = { video: "bunny", timestampMs: 2160 };
  const hits = rank({ strategy: "similar", vector: example.vector, except }, [bunny]);
  expect(hits).toHaveLength(4);
  expect(hits[0]?.timestampMs).toBe(3240);
});
