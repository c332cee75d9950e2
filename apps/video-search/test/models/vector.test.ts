import { expect, test } from "@jest/globals";
import { decodeHalfFloats } from "../../src/models/embedded/half-float.ts";
import { labelVector } from "../../src/models/label-vector.ts";
import { cosine, normalise, weightedDirection } from "../../src/models/vector.ts";

test("half floats, also the smallest, infinite and negative ones", () => {
  const halves = [0x0000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x7c00, 0xfc00, 0x3555];
  const decoded = [...decodeHalfFloats(new Uint8Array(Uint16Array.from(halves).buffer))];
  expect(decoded).toEqual([
    0,
    1,
    -2,
    65_504,
    2 ** -24,
    1023 * 2 ** -24,
    Infinity,
    -Infinity,
    0.333251953125,
  ]);
});

test("vectors have length 1 and a cosine only with their like", () => {
  const unit = normalise(Float32Array.from([3, 4]));
  expect(cosine(unit, unit)).toBeCloseTo(1, 6);
  expect(normalise(new Float32Array(2))).toEqual(new Float32Array(2));
  expect(() => cosine(unit, new Float32Array(3))).toThrow(RangeError);
  expect(weightedDirection([])).toBeUndefined();
});

test("a picture lies among texts where its labels lie, each by its score", async () => {
  const places: Readonly<Record<string, readonly number[]>> = { cat: [1, 0], dog: [0, 1] };
  const embedTexts = async (texts: readonly string[]): Promise<readonly Float32Array[]> =>
    texts.map((text) => Float32Array.from(places[text] ?? []));
  const labels = [
    { names: ["cat", "Felis catus"], score: 0.6 },
    { names: ["dog"], score: 0.2 },
  ];
  const vector = await labelVector(labels, { embedTexts });
  expect(vector?.[0]).toBeCloseTo(0.6 / Math.hypot(0.6, 0.2), 6);
  expect(await labelVector([], { embedTexts })).toBeUndefined();
  expect(await labelVector(labels, {})).toBeUndefined();
});
