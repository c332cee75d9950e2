import type { NdArrays } from "@cogniverse/core";
import type { Bytes, Key } from "@cogniverse/sdk";
import type { VideoRecord } from "../library/video-library.ts";
import type { Transcript } from "../media/transcript.ts";
import type { ModelIdentity } from "../models/model-port.ts";
import {
  embeddingKey,
  embeddingSummaryKey,
  frameKey,
  labelsKey,
  manifestKey,
  modelPart,
  transcriptKey,
  videoPart,
  type EmbeddingSummary,
  type FrameLabels,
  type KeyframeManifest,
} from "./artefact-keys.ts";
import type { IngestSettings } from "./ingest-settings.ts";

type Identified = Readonly<{ identity: ModelIdentity }>;

/** What a key is made from beside the film. */
export type KeyInputs = Readonly<{
  models: Readonly<{ vision: Identified; text: Identified; speech?: Identified | undefined }>;
  settings: IngestSettings;
}>;

/** The keys of one film's artefacts. Each holds all that shapes its artefact, and nothing that does not. */
export class FilmKeys {
  readonly manifest: Key<KeyframeManifest>;
  readonly summary: Key<EmbeddingSummary>;
  readonly labels: Key<FrameLabels>;
  readonly labelVectors: Key<NdArrays>;
  readonly transcript: Key<Transcript>;
  /** Prefix of the jpgs' keys, and of the manifest's. */
  readonly framesPrefix: string;
  readonly #frames: string;
  readonly #chunks: string;
  readonly #vision: string;

  constructor({ videoId, sidecar }: VideoRecord, { models, settings }: KeyInputs) {
    const { keyframes, jpeg, chunkMs } = settings;
    const frameInputs = [keyframes, jpeg];
    this.#vision = modelPart(models.vision.identity);
    this.#frames = videoPart(videoId, frameInputs);
    this.#chunks = videoPart(videoId, [...frameInputs, { chunkMs }]);
    this.framesPrefix = `frames/${this.#frames}/`;
    this.manifest = manifestKey({ video: this.#frames });
    this.summary = embeddingSummaryKey({ model: this.#vision, video: this.#chunks });
    this.labels = labelsKey({ model: this.#vision, video: this.#frames });
    this.labelVectors = embeddingKey({
      model: modelPart(models.text.identity),
      video: videoPart(videoId, [frameInputs, this.#vision]),
      chunk: "labels",
    });
    const words = sidecar === null ? speechPart(models.speech) : [sidecar.sha256, sidecar.language];
    this.transcript = transcriptKey({ video: videoPart(videoId, words) });
  }

  /** The jpg of a key frame. */
  frame(timestampMs: number): Key<Bytes> {
    return frameKey({ video: this.#frames, timestamp: timestampMs });
  }

  /** The vector of a key frame. */
  frameVector(timestampMs: number): Key<NdArrays> {
    return embeddingKey({
      model: this.#vision,
      video: this.#frames,
      chunk: `frame_${timestampMs}`,
    });
  }

  /** The vector of a chunk. */
  chunkVector(index: number): Key<NdArrays> {
    return embeddingKey({ model: this.#vision, video: this.#chunks, chunk: `chunk_${index}` });
  }
}

function speechPart(speech: Identified | undefined): string | null {
  return speech === undefined ? null : modelPart(speech.identity);
}
