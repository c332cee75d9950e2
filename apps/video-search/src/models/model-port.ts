/**
 * Who computed a value: both go into cache keys. `revision` changes whenever the same input may give
 * another output (weights, preprocessing), so that old values are not mistaken for new ones.
 */
export type ModelIdentity = Readonly<{ id: string; revision: string }>;

/** A caller's wish to stop waiting. The promise rejects with the signal's reason. */
export type ModelCall = Readonly<{ signal?: AbortSignal | undefined }>;

/** An encoded picture (jpg or another format FFmpeg decodes). Never mutated, never kept. */
export type EncodedImage = Uint8Array;

/**
 * Vectors of length 1 in one space: cosine is the dot product. A capability that is absent is an
 * absent property; one that has both puts texts and pictures into the same space. The answers stand
 * in the order of the inputs and belong to the caller. Failures are `ModelError`.
 */
export interface EmbeddingModel {
  readonly identity: ModelIdentity;
  readonly dimensions: number;
  readonly embedTexts?: (
    texts: readonly string[],
    call?: ModelCall,
  ) => Promise<readonly Float32Array[]>;
  readonly embedImages?: (
    images: readonly EncodedImage[],
    call?: ModelCall,
  ) => Promise<readonly Float32Array[]>;
}

/** A guess at what a picture shows. `names`: the class and its synonyms. `score`: 0-1, a softmax. */
export type Label = Readonly<{ names: readonly string[]; score: number }>;

/** Names what pictures show, from a fixed list of classes: guesses, best first. */
export interface LabelModel {
  readonly identity: ModelIdentity;
  readonly labelImages: (
    images: readonly EncodedImage[],
    call?: ModelCall,
  ) => Promise<readonly (readonly Label[])[]>;
}

/** Words heard in a piece of sound; times count from the start of the film, in milliseconds. */
export type HeardSegment = Readonly<{ startMs: number; endMs: number; text: string }>;
export type HeardSpeech = Readonly<{ language: string; segments: readonly HeardSegment[] }>;
/** Mono sound that starts at `startMs` of the film. */
export type SpeechSound = Readonly<{
  startMs: number;
  samples: Float32Array;
  sampleRateHz: number;
}>;

/** Writes down speech. */
export interface TranscriptionModel {
  readonly identity: ModelIdentity;
  readonly transcribe: (sound: SpeechSound, call?: ModelCall) => Promise<HeardSpeech>;
}
