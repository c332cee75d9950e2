import type { VideoRecord } from "../../src/library/video-library.ts";

/** A film of a library, whose file need not be there. */
export function makeRecord(changed: Partial<VideoRecord> = {}): VideoRecord {
  const probe = { durationMs: 1000 };
  return {
    videoId: "f".repeat(64),
    path: "/films/a.mp4",
    title: "a",
    // Nothing looks into it here.
    probe: probe as VideoRecord["probe"],
    sidecar: null,
    ...changed,
  };
}
