import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** SHA-256 of `models/efficientnet-lite0.f16`; its start is the model's revision. */
export const EFFICIENTNET_SHA256 =
  "61d007fd1733cca291195906ade4d2745e7dc61d1e2f12186a0d41a6a7d8bda2";

// The same folder from `src/models/embedded` and from `dist/models/embedded`.
const FOLDER = new URL("../../../models/", import.meta.url);

/** The bytes of the weights, verified. */
export async function readWeights(): Promise<Uint8Array> {
  const bytes = await readFile(new URL("efficientnet-lite0.f16", FOLDER));
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== EFFICIENTNET_SHA256) {
    throw new TypeError(`efficientnet-lite0.f16 is damaged: SHA-256 ${found}`);
  }
  return bytes;
}

/** A layer as the conversion wrote it. `shape`: outputs, inputs, height, width. */
export type LayerSpec = Readonly<{
  kind: "conv" | "dw";
  /** Stride. */
  s: number;
  act: 0 | 1;
  /** Whether the saved input is added to the output. */
  res: 0 | 1;
  /** Whether the input is saved for a later `res`. */
  save: 0 | 1;
  shape: readonly [number, number, number, number];
}>;

/** In order of execution. */
export async function readLayers(): Promise<readonly LayerSpec[]> {
  return readJson("efficientnet-lite0.json");
}

/** Of class `index`: its name and synonyms. */
export async function readClassNames(): Promise<readonly (readonly string[])[]> {
  return readJson("imagenet-1000.json");
}

/** Files of this repository, whose shape its tests fix. */
async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(new URL(name, FOLDER), "utf8"));
}
