import { hash } from "node:crypto";
import type { VideoRecord } from "./video-library.ts";

/**
 * Names the films that an answer is computed over, by all that shapes it: content, title and subtitles of each, whatever their order. Not where they
 * lie, so that machines with the same films share answers. SHA-256, hex.
 */
export function indexRevision(videos: readonly VideoRecord[]): string {
  const parts = videos.map(({ videoId, title, sidecar }) =>
    JSON.stringify([videoId, title, sidecar === null ? null : [sidecar.sha256, sidecar.language]]),
  );
  return hash("sha256", parts.sort().join("\n"), "hex");
}
