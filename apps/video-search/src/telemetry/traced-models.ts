import type { ArtefactModels } from "../models/artefact-models.ts";
import type { EmbeddingModel } from "../models/model-port.ts";
import type { AppSpans } from "./app-spans.ts";

/** The same models; each embedding shows as a span. */
export function tracedModels(models: ArtefactModels, spans: AppSpans): ArtefactModels {
  return {
    ...models,
    vision: tracedVision(models.vision, spans),
    text: tracedText(models.text, spans),
  };
}

function tracedVision(model: ArtefactModels["vision"], spans: AppSpans): ArtefactModels["vision"] {
  const { identity, dimensions } = model;
  return {
    identity,
    dimensions,
    labelImages: (images, call) => model.labelImages(images, call),
    embedImages: (images, call) =>
      spans.embed({ model: identity.id, pictures: images.length }, () =>
        model.embedImages(images, call),
      ),
  };
}

/** The app asks it for texts alone. */
function tracedText(model: EmbeddingModel, spans: AppSpans): EmbeddingModel {
  const { identity, dimensions, embedTexts } = model;
  if (embedTexts === undefined) return { identity, dimensions };
  return {
    identity,
    dimensions,
    embedTexts: (texts, call) =>
      spans.embed({ model: identity.id, texts }, () => embedTexts.call(model, texts, call)),
  };
}
