import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { extractKeyframes } from "../../src/media/keyframes.ts";
import { EmbeddedModels } from "../../src/models/embedded/embedded-models.ts";
import { EmbeddedVision } from "../../src/models/embedded/embedded-vision.ts";
import { readClassNames, readLayers } from "../../src/models/embedded/model-files.ts";
import { WorkerClient } from "../../src/models/embedded/worker-client.ts";
import { cosine } from "../../src/models/vector.ts";
import { collect, SAMPLE } from "../support/sample.ts";

const models = new EmbeddedModels();
let images: readonly Uint8Array[] = [];

beforeAll(async () => {
  images = (await collect(extractKeyframes(SAMPLE))).map(({ jpeg }) => jpeg);
});

afterAll(async () => {
  await models[Symbol.asyncDispose]();
});

test("the files are what the network expects", async () => {
  const layers = await readLayers();
  expect(layers).toHaveLength(49);
  expect(layers[0]?.shape).toEqual([32, 3, 3, 3]);
  const names = await readClassNames();
  expect(names).toHaveLength(1000);
  expect(names[146]).toEqual(["albatross", "mollymawk"]);
});

test("it takes the bunny in the sun for an albatross, as the original network does", async () => {
  const labels = await models.vision.labelImages(images);
  expect(labels).toHaveLength(5);
  for (const guesses of labels) {
    expect(guesses).toHaveLength(10);
    expect(guesses.map(({ score }) => score)).toEqual(
      guesses.map(({ score }) => score).toSorted((a, b) => b - a),
    );
  }
  expect(labels[2]?.[0]?.names).toContain("albatross");
  expect(labels[2]?.[0]?.score).toBeGreaterThan(0.4);
});

test("vectors have length 1, differ with the picture and are the same in another thread", async () => {
  const vectors = await models.vision.embedImages(images);
  for (const vector of vectors) {
    expect(vector).toHaveLength(models.vision.dimensions);
    expect(cosine(vector, vector)).toBeCloseTo(1, 5);
  }
  const [first, , third] = vectors;
  if (first === undefined || third === undefined) throw new Error("no vectors");
  expect(cosine(first, third)).toBeLessThan(0.9);
  await using others = new EmbeddedModels();
  expect(await others.vision.embedImages(images.slice(2, 3))).toEqual([third]);
});

test("labels and vector of one picture cost one run, and the caller owns its vector", async () => {
  await using worker = new WorkerClient();
  let runs = 0;
  const run: WorkerClient["run"] = async (task) => {
    runs++;
    return worker.run(task);
  };
  const vision = new EmbeddedVision({ run });
  const image = images.slice(0, 1);
  const [[first]] = await Promise.all([vision.embedImages(image), vision.labelImages(image)]);
  first?.fill(0);
  const [second] = await vision.embedImages(image);
  expect(second?.some((value) => value !== 0)).toBe(true);
  expect(runs).toBe(1);
});

test("bytes that are no picture are a ModelError, every time", async () => {
  const bytes = [Uint8Array.from([1, 2, 3])];
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(models.vision.embedImages(bytes)).rejects.toMatchObject({ code: "input" });
  }
});

test("texts of like meaning are closer, and a text's vector never depends on its company", async () => {
  const texts = ["a rabbit in the grass", "a hare on a meadow", "quarterly tax report"];
  const [rabbit, hare, tax] = await models.text.embedTexts(texts);
  if (rabbit === undefined || hare === undefined || tax === undefined)
    throw new Error("no vectors");
  expect(cosine(rabbit, hare)).toBeGreaterThan(cosine(rabbit, tax) + 0.1);
  await using others = new EmbeddedModels();
  expect(await others.text.embedTexts(["a hare on a meadow"])).toEqual([hare]);
});

test("an aborted signal stops it with the signal's reason", async () => {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  await expect(models.vision.embedImages(images, { signal })).rejects.toBe(reason);
  await expect(models.text.embedTexts(["x"], { signal })).rejects.toBe(reason);
});
