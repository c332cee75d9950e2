import { hash } from "node:crypto";
import { defineKeyType, jpgCodec, jsonCodec, npzCodec, type NdArrays } from "@cogniverse/core";
import type { Bytes, KeyType } from "@cogniverse/sdk";
import type { Transcript } from "../media/transcript.ts";
import type { Label, ModelIdentity } from "../models/model-port.ts";
import type { SearchHit } from "../search/search-query.ts";

/** Which frames of a film are key frames; milliseconds from its start, in order. */
export type KeyframeManifest = Readonly<{ durationMs: number; timestampsMs: readonly number[] }>;

/** What a chunk or frame of a video was embedded by, beside the arrays themselves. */
export type EmbeddingSummary = Readonly<{
  model: string;
  dimensions: number;
  frames: readonly string[];
  chunks: readonly string[];
}>;

/** Guesses for each key frame, in the manifest's order. */
export type FrameLabels = Readonly<{ labels: readonly (readonly Label[])[] }>;

/** The jpg of a key frame. Content and settings are in its key, so it never changes. */
export const frameKey: KeyType<Bytes, "frames/{video}/frame_{timestamp}.jpg"> = defineKeyType(
  "frames/{video}/frame_{timestamp}.jpg",
  jpgCodec,
  { immutable: true },
);
/** The key frames of a video. */
export const manifestKey: KeyType<KeyframeManifest, "frames/{video}/keyframes.json"> =
  defineKeyType("frames/{video}/keyframes.json", jsonCodec<KeyframeManifest>());
/** Vectors of a frame (`frame_{ms}`), a chunk (`chunk_{n}`) or of all frames' labels (`labels`). */
export const embeddingKey: KeyType<NdArrays, "embeddings/{model}/{video}/{chunk}.npz"> =
  defineKeyType("embeddings/{model}/{video}/{chunk}.npz", npzCodec);
/** What was embedded. */
export const embeddingSummaryKey: KeyType<
  EmbeddingSummary,
  "embeddings/{model}/{video}/metadata.json"
> = defineKeyType("embeddings/{model}/{video}/metadata.json", jsonCodec<EmbeddingSummary>());
/** What a model guesses to see. */
export const labelsKey: KeyType<FrameLabels, "labels/{model}/{video}/labels.json"> = defineKeyType(
  "labels/{model}/{video}/labels.json",
  jsonCodec<FrameLabels>(),
);
/** What is said. */
export const transcriptKey: KeyType<Transcript, "transcriptions/{video}/transcription.json"> =
  defineKeyType("transcriptions/{video}/transcription.json", jsonCodec<Transcript>());
/** The answer to a query. */
export const resultsKey: KeyType<
  readonly SearchHit[],
  "search_results/{queryHash}/{strategy}.json"
> = defineKeyType("search_results/{queryHash}/{strategy}.json", jsonCodec<readonly SearchHit[]>());

/**
 * The `{video}` of an artefact: the film's content and everything else that shapes the artefact (settings, other files), so that a change of
 * either is another key. What stands before the "@" is the film: all of it is killed together.
 */
export function videoPart(videoId: string, inputs: unknown): string {
  return `${videoId}@${hash("sha256", JSON.stringify(inputs), "hex").slice(0, 16)}`;
}

/** The `{model}` of an artefact. */
export function modelPart({ id, revision }: ModelIdentity): string {
  return `${id}@${revision}`;
}
