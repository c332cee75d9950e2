import {
  embeddingChunk,
  embeddingMetadata,
  experiment,
  frame,
  keyframes,
  searchResults,
  transcription,
} from "./families.ts";

/** The key types of the seed's families, under one name. */
export const keys: Readonly<{
  embeddingChunk: typeof embeddingChunk;
  embeddingMetadata: typeof embeddingMetadata;
  experiment: typeof experiment;
  frame: typeof frame;
  keyframes: typeof keyframes;
  searchResults: typeof searchResults;
  transcription: typeof transcription;
}> = {
  embeddingChunk,
  embeddingMetadata,
  experiment,
  frame,
  keyframes,
  searchResults,
  transcription,
};
