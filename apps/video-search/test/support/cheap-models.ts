import { hash } from "node:crypto";
import type { ArtefactModels } from "../../src/models/artefact-models.ts";

const DIMENSIONS = 16;

/** Models that take no time: vectors from the bytes' hash, one label for all. Counts what it was asked. */
export class CheapModels implements ArtefactModels {
  readonly vision: ArtefactModels["vision"];
  readonly text: ArtefactModels["text"];
  images = 0;
  texts = 0;

  /** @param label what is seen in every picture. */
  constructor(label = "meadow", revision = "1") {
    const identity = { id: "cheap", revision };
    this.vision = {
      identity,
      dimensions: DIMENSIONS,
      embedImages: async (images) => {
        this.images += images.length;
        return images.map((image) => vectorOf(image));
      },
      labelImages: async (images) => images.map(() => [{ names: [label], score: 0.9 }]),
    };
    this.text = {
      identity,
      dimensions: DIMENSIONS,
      embedTexts: async (texts) => {
        this.texts += texts.length;
        return texts.map((text) => vectorOf(new TextEncoder().encode(text)));
      },
    };
  }
}

function vectorOf(bytes: Uint8Array): Float32Array {
  const digest = Buffer.from(hash("sha256", bytes, "hex"), "hex").subarray(0, DIMENSIONS);
  const values = Float32Array.from(digest, (byte) => byte - 127.5);
  const length = Math.hypot(...values);
  return values.map((x) => x / length);
}
