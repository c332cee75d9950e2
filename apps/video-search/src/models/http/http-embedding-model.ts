import { ModelError } from "../model-error.ts";
import type { EmbeddingModel, EncodedImage, ModelCall, ModelIdentity } from "../model-port.ts";
import { normalise } from "../vector.ts";
import { HttpEndpoint } from "./http-endpoint.ts";
import type { HttpEndpointOptions } from "./http-endpoint.ts";

export type HttpEmbeddingOptions = HttpEndpointOptions &
  Readonly<{
    /** The server's name of the model; also the identity's id. */
    model: string;
    /** Servers do not tell when they change weights: raise it then. Default "1". */
    revision?: string | undefined;
    /** Answers of another length are refused as `garbage`. */
    dimensions: number;
    /** Inputs in one request. Default 32. */
    batch?: number | undefined;
    /**
     * OpenAI's protocol knows texts alone. `data-url` sends pictures as `data:image/jpeg;base64,...`
     * strings in `input`, which servers of joint text and image models take. Default: no pictures.
     */
    images?: "data-url" | undefined;
  }>;

const PATH = "/v1/embeddings";

/** An OpenAI-compatible `/v1/embeddings` server as the port. */
export class HttpEmbeddingModel implements EmbeddingModel {
  readonly identity: ModelIdentity;
  readonly dimensions: number;
  readonly embedImages?: (
    images: readonly EncodedImage[],
    call?: ModelCall,
  ) => Promise<readonly Float32Array[]>;
  readonly #endpoint: HttpEndpoint;
  readonly #batch: number;

  constructor(options: HttpEmbeddingOptions) {
    this.identity = { id: options.model, revision: options.revision ?? "1" };
    this.dimensions = options.dimensions;
    this.#endpoint = new HttpEndpoint(options);
    this.#batch = options.batch ?? 32;
    if (options.images === "data-url") {
      this.embedImages = async (images, call) => this.embedTexts(images.map(dataUrl), call);
    }
  }

  /** Batches go one after the other; the vectors are scaled to length 1. */
  async embedTexts(
    texts: readonly string[],
    call: ModelCall = {},
  ): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += this.#batch) {
      const input = texts.slice(from, from + this.#batch);
      vectors.push(...(await this.#embed(input, call.signal)));
    }
    return vectors;
  }

  async #embed(
    input: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Float32Array[]> {
    const request = { model: this.identity.id, input, encoding_format: "float" };
    const answer = await this.#endpoint.post(PATH, () => JSON.stringify(request), signal);
    return parseEmbeddings(answer, input.length, this.dimensions);
  }
}

/** By `index`, not by place: the protocol leaves the order open. */
function parseEmbeddings(
  answer: unknown,
  count: number,
  dimensions: number,
): readonly Float32Array[] {
  const items = isRecord(answer) && Array.isArray(answer["data"]) ? answer["data"] : undefined;
  if (items?.length !== count) throw garbage(`expected ${count} embeddings`);
  const vectors = new Map<number, Float32Array>();
  for (const [place, item] of items.entries()) {
    const { index = place, embedding } = isRecord(item) ? item : {};
    if (typeof index !== "number") throw garbage("an index is not a number");
    vectors.set(index, parseVector(embedding, dimensions));
  }
  return Array.from({ length: count }, (_, index) => {
    const vector = vectors.get(index);
    if (vector === undefined) throw garbage(`embedding ${index} is missing`);
    return vector;
  });
}

function parseVector(embedding: unknown, dimensions: number): Float32Array {
  if (!Array.isArray(embedding) || embedding.length !== dimensions) {
    throw garbage(`an embedding has not ${dimensions} numbers`);
  }
  return normalise(
    Float32Array.from(embedding, (value: unknown) => {
      if (typeof value !== "number" || !Number.isFinite(value)) throw garbage("not a number");
      return value;
    }),
  );
}

function garbage(detail: string): ModelError {
  return new ModelError("garbage", `${PATH} answered something else: ${detail}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function dataUrl(image: EncodedImage): string {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}
