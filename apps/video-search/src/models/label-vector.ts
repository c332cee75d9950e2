import type { EmbeddingModel, Label, ModelCall } from "./model-port.ts";
import { weightedDirection } from "./vector.ts";

/**
 * A picture's place in the space of a text model: the sum of its labels' vectors, each weighted by its
 * score (ConSE, Norouzi et al. 2013). Cosine with a query's vector then compares text with picture,
 * as far as the labels are right. `undefined` for a picture without labels.
 */
export async function labelVector(
  labels: readonly Label[],
  text: Pick<EmbeddingModel, "embedTexts">,
  call: ModelCall = {},
): Promise<Float32Array | undefined> {
  if (text.embedTexts === undefined) return undefined;
  const vectors = await text.embedTexts(labels.map(phrase), call);
  return weightedDirection(
    vectors.map((vector, index) => ({ vector, weight: labels[index]?.score ?? 0 })),
  );
}

/** The first name says what it is; the Latin ones after it mean nothing to a sentence encoder. */
function phrase(label: Label): string {
  return label.names[0] ?? "";
}
