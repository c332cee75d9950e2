import type { EmbeddingModel, LabelModel, TranscriptionModel } from "./model-port.ts";

/** The models that artefacts are computed with. */
export interface ArtefactModels {
  readonly vision: LabelModel &
    Required<Pick<EmbeddingModel, "embedImages">> &
    Pick<EmbeddingModel, "dimensions">;
  readonly text: EmbeddingModel;
  /** Asked where a film brings no text of its own. */
  readonly speech?: TranscriptionModel | undefined;
}
