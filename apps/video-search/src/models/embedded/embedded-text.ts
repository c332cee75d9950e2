import { ModelError } from "../model-error.ts";
import type { EmbeddingModel, ModelCall, ModelIdentity } from "../model-port.ts";
import { normalise } from "../vector.ts";
import { abortable } from "./abortable.ts";
import type { WorkerClient } from "./worker-client.ts";

/** Labels repeat from frame to frame; 512 floats each make this 4 MB at most. */
const REMEMBERED = 2_000;

/** Universal Sentence Encoder lite: English sentences, 512 dimensions. */
export class EmbeddedText implements EmbeddingModel {
  readonly identity: ModelIdentity = {
    id: "universal-sentence-encoder-lite",
    revision: "en-0.2.0",
  };
  readonly dimensions = 512;
  readonly #worker: Pick<WorkerClient, "run">;
  readonly #recent = new Map<string, Float32Array>();

  constructor(worker: Pick<WorkerClient, "run">) {
    this.#worker = worker;
  }

  /** A text's vector never depends on the texts beside it. */
  async embedTexts(
    texts: readonly string[],
    { signal }: ModelCall = {},
  ): Promise<readonly Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      signal?.throwIfAborted();
      const vector = await abortable(this.#embed(text), signal);
      vectors.push(vector.slice());
    }
    return vectors;
  }

  async #embed(text: string): Promise<Float32Array> {
    const known = this.#recent.get(text);
    if (known !== undefined) return known;
    const result = await this.#worker.run({ kind: "read", text });
    if (result.kind !== "read")
      throw new ModelError("worker", "the worker answered something else");
    const vector = normalise(result.vector);
    this.#recent.set(text, vector);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > REMEMBERED && oldest !== undefined) this.#recent.delete(oldest);
    return vector;
  }
}
