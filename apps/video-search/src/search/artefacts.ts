import type { Transcript } from "../media/transcript.ts";
import type { Label } from "../models/model-port.ts";

/** What is known of one key frame. A vector that was not computed is absent. */
export type FrameArtefact = Readonly<{
  timestampMs: number;
  /** Guesses, best first. */
  labels: readonly Label[];
  /** What the vision model saw, length 1. */
  vector?: Float32Array | undefined;
  /** The labels in the space of the text model, length 1. */
  labelVector?: Float32Array | undefined;
}>;

/** One ingested video, as the search sees it. */
export type VideoArtefacts = Readonly<{
  video: string;
  title: string;
  /** In order of time. */
  frames: readonly FrameArtefact[];
  transcript: Transcript;
}>;
