import type { Artefacts } from "../ingest/artefacts.ts";
import type { VideoRecord } from "../library/video-library.ts";
import type { VideoArtefacts } from "../search/artefacts.ts";
import type { Strategy } from "./strategy.ts";

/** What is known of a film, as far as the strategy looks at it. */
export async function collectArtefacts(
  artefacts: Artefacts,
  video: VideoRecord,
  strategy: Strategy,
): Promise<VideoArtefacts> {
  const manifest = await artefacts.manifest(video);
  const { timestampsMs } = manifest;
  const transcript = await artefacts.transcript(video);
  const { labels } = await artefacts.labels(video, manifest);
  const labelVectors = strategy === "text" ? await artefacts.labelVectors(video, manifest) : [];
  const vectors: Float32Array[] = [];
  if (strategy === "similar")
    for (const ms of timestampsMs) vectors.push(await artefacts.frameVector(video, ms));
  const frames = timestampsMs.map((timestampMs, i) => ({
    timestampMs,
    labels: labels[i] ?? [],
    vector: vectors[i],
    labelVector: isZero(labelVectors[i]) ? undefined : labelVectors[i],
  }));
  return { video: video.videoId, title: video.title, frames, transcript };
}

function isZero(vector: Float32Array | undefined): boolean {
  return vector === undefined || vector.every((x) => x === 0);
}
