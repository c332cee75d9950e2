import { createHash } from "node:crypto";
import { decodeImage } from "../../media/decode-image.ts";
import { ModelError } from "../model-error.ts";
import type {
  EmbeddingModel,
  EncodedImage,
  Label,
  LabelModel,
  ModelCall,
  ModelIdentity,
} from "../model-port.ts";
import { normalise } from "../vector.ts";
import { abortable } from "./abortable.ts";
import { FEATURES, INPUT_SIZE } from "./efficientnet.ts";
import { EFFICIENTNET_SHA256, readClassNames } from "./model-files.ts";
import type { WorkerClient } from "./worker-client.ts";

type Analysis = Readonly<{ vector: Float32Array; labels: readonly Label[] }>;

/** Pictures whose vector was asked for and whose labels come next, or the other way round. */
const REMEMBERED = 32;

/**
 * EfficientNet-Lite0: guesses one of the 1,000 classes of ImageNet (no people, few cartoons) and gives
 * the vector behind the guess. Vector and labels come from one run, remembered for the other question.
 */
export class EmbeddedVision implements EmbeddingModel, LabelModel {
  readonly identity: ModelIdentity = {
    id: "efficientnet-lite0",
    revision: EFFICIENTNET_SHA256.slice(0, 12),
  };
  readonly dimensions: number = FEATURES;
  readonly #worker: Pick<WorkerClient, "run">;
  readonly #recent = new Map<string, Promise<Analysis>>();
  #names: Promise<readonly (readonly string[])[]> | undefined;

  constructor(worker: Pick<WorkerClient, "run">) {
    this.#worker = worker;
  }

  /** Rejects with `ModelError` `input` for bytes that are no picture. */
  async embedImages(
    images: readonly EncodedImage[],
    call: ModelCall = {},
  ): Promise<readonly Float32Array[]> {
    const analyses = await this.#analyseAll(images, call);
    return analyses.map(({ vector }) => vector.slice());
  }

  /** The ten best guesses for each picture. Rejects like `embedImages`. */
  async labelImages(
    images: readonly EncodedImage[],
    call: ModelCall = {},
  ): Promise<readonly (readonly Label[])[]> {
    const analyses = await this.#analyseAll(images, call);
    return analyses.map(({ labels }) => labels);
  }

  async #analyseAll(
    images: readonly EncodedImage[],
    { signal }: ModelCall,
  ): Promise<readonly Analysis[]> {
    const analyses: Analysis[] = [];
    for (const image of images) {
      signal?.throwIfAborted();
      analyses.push(await abortable(this.#analyse(image), signal));
    }
    return analyses;
  }

  async #analyse(image: EncodedImage): Promise<Analysis> {
    const digest = createHash("sha256").update(image).digest("hex");
    const known = this.#recent.get(digest);
    if (known !== undefined) return known;
    const started = this.#compute(image);
    this.#recent.set(digest, started);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > REMEMBERED && oldest !== undefined) this.#recent.delete(oldest);
    try {
      return await started;
    } catch (error) {
      this.#recent.delete(digest);
      throw error;
    }
  }

  async #compute(image: EncodedImage): Promise<Analysis> {
    const names = await (this.#names ??= readClassNames());
    const { rgb } = await decodeImage(image, INPUT_SIZE).catch((cause: unknown) => {
      throw new ModelError("input", "the image cannot be decoded", { cause });
    });
    const result = await this.#worker.run({ kind: "see", rgb });
    if (result.kind !== "seen")
      throw new ModelError("worker", "the worker answered something else");
    return {
      vector: normalise(result.vector),
      labels: result.classes.map(({ index, score }) => ({ names: names[index] ?? [], score })),
    };
  }
}
