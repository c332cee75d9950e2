import type { Bytes, KeyType } from "@cogniverse/sdk";
import { jpgCodec } from "../codec/bytes-codec.ts";
import { jsonCodec } from "../codec/json-codec.ts";
import { npzCodec, type NdArrays } from "../codec/npz-codec.ts";
import { defineKeyType } from "./define-key-type.ts";

/** A JSON value, where an application has not said more about it. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

/** Embeddings of one chunk (a frame, a window of seconds) of a video under one model. */
export const embeddingChunk: KeyType<NdArrays, "embeddings/{model}/{video}/{chunk}.npz"> =
  defineKeyType("embeddings/{model}/{video}/{chunk}.npz", npzCodec);
/** What the chunks of a video's embeddings are: count, times, model revision. */
export const embeddingMetadata: KeyType<Json, "embeddings/{model}/{video}/metadata.json"> =
  defineKeyType("embeddings/{model}/{video}/metadata.json", jsonCodec<Json>());
/** One frame as a JPEG file; `timestamp` by the application's own unit, the seed uses milliseconds. */
export const frame: KeyType<Bytes, "frames/{video}/frame_{timestamp}.jpg"> = defineKeyType(
  "frames/{video}/frame_{timestamp}.jpg",
  jpgCodec,
);
/** Which frames of a video are key frames. */
export const keyframes: KeyType<Json, "frames/{video}/keyframes.json"> = defineKeyType(
  "frames/{video}/keyframes.json",
  jsonCodec<Json>(),
);
/** The transcript of a video. */
export const transcription: KeyType<Json, "transcriptions/{video}/transcription.json"> =
  defineKeyType("transcriptions/{video}/transcription.json", jsonCodec<Json>());
/** The answer to one query; `queryHash` from `hashQuery`. */
export const searchResults: KeyType<Json, "search_results/{queryHash}/{strategy}.json"> =
  defineKeyType("search_results/{queryHash}/{strategy}.json", jsonCodec<Json>());
/** The results of one experiment. */
export const experiment: KeyType<Json, "experiments/{experiment}/results.json"> = defineKeyType(
  "experiments/{experiment}/results.json",
  jsonCodec<Json>(),
);
