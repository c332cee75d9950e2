/** Words with their place in the film; `endMs` is after `startMs`. */
export type TranscriptSegment = Readonly<{ startMs: number; endMs: number; text: string }>;

/** `sidecar`: a file beside the film. `subtitle-track`: in its container. `speech`: a model heard it. */
type TranscriptSource = "sidecar" | "subtitle-track" | "speech" | "none";

/** Plain JSON. Segments in order of time, never with empty text; none at all with source `none`. */
export type Transcript = Readonly<{
  source: TranscriptSource;
  /** As the track or the file name says it; `und` where neither does. */
  language: string;
  segments: readonly TranscriptSegment[];
}>;

/** For a film that says nothing we can read. */
export const NO_TRANSCRIPT: Transcript = { source: "none", language: "und", segments: [] };
