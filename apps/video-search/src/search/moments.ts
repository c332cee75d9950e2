import type { TranscriptSegment } from "../media/transcript.ts";
import type { FrameArtefact, VideoArtefacts } from "./artefacts.ts";

/** What a search finds: a key frame and what is said from it until the next one. */
export type Moment = Readonly<{
  /** Unique within one search. */
  id: string;
  video: string;
  title: string;
  frame: FrameArtefact;
  segments: readonly TranscriptSegment[];
}>;

/** Each segment belongs to the last frame at or before its start, words before the first to the first. */
export function momentsOf(artefacts: VideoArtefacts): readonly Moment[] {
  const { video, title, frames, transcript } = artefacts;
  return frames.map((frame, index) => {
    const fromMs = index === 0 ? Number.NEGATIVE_INFINITY : frame.timestampMs;
    const untilMs = frames[index + 1]?.timestampMs ?? Number.POSITIVE_INFINITY;
    const segments = transcript.segments.filter(
      ({ startMs }) => startMs >= fromMs && startMs < untilMs,
    );
    return { id: `${video}@${frame.timestampMs}`, video, title, frame, segments };
  });
}
