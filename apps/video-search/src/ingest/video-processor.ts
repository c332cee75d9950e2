import { basename, extname, resolve } from "node:path";
import type { CacheManager } from "@cogniverse/sdk";
import type { VideoLibrary, VideoRecord } from "../library/video-library.ts";
import { chunkWindows } from "../media/chunk-windows.ts";
import { fingerprintFile } from "../media/fingerprint.ts";
import { probeVideo } from "../media/probe-video.ts";
import { findSidecar } from "../media/subtitles.ts";
import { Artefacts, type ArtefactModels } from "./artefacts.ts";
import { ArtefactReport } from "./artefact-report.ts";
import { LIBRARY_TAG, searchedTag } from "./search-tags.ts";

/** What {@link VideoProcessor} needs. */
export interface VideoProcessorOptions {
  readonly cache: CacheManager;
  readonly library: VideoLibrary;
  readonly models: ArtefactModels;
}

/** Options of one ingestion. */
export interface IngestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Compute everything anew, even what is cached. */
  readonly force?: boolean | undefined;
  readonly report?: ArtefactReport | undefined;
  /** Told before each step, with what has been done of how much. */
  readonly onStep?: ((step: IngestStep) => void) | undefined;
}

/** A step of an ingestion that begins. `total` 0 = not known yet. */
export type IngestStep = Readonly<{ title: string; name: string; done: number; total: number }>;

/** A film that is ready to be searched. */
export type IngestedVideo = Readonly<{
  video: VideoRecord;
  frames: number;
  chunks: number;
  segments: number;
  computed: number;
}>;

/** Turns files into artefacts that can be searched. */
export class VideoProcessor {
  readonly #options: VideoProcessorOptions;

  constructor(options: VideoProcessorOptions) {
    this.#options = options;
  }

  /**
   * Probes, fingerprints, and makes every artefact that is not cached. Search results that the film was part of, or could now be part of, die if anything
   * was computed or the tenant's library changed; else they are still right and stay. Throws `UnreadableVideoError` before anything is cached.
   */
  async ingest(
    path: string,
    tenantId: string,
    options: IngestOptions = {},
  ): Promise<IngestedVideo> {
    const { report = new ArtefactReport(), signal, onStep } = options;
    const before = report.computed;
    const title = basename(path, extname(path));
    const step = (name: string, done = 0, total = 0): void =>
      onStep?.({ title, name, done, total });
    step("reading");
    const video = await readRecord(resolve(path), title, signal);
    const cache = this.#options.cache.forTenant(tenantId);
    const artefacts = new Artefacts({
      cache,
      models: this.#options.models,
      report,
      signal,
      refresh: options.force,
    });
    step("key frames");
    const manifest = await artefacts.manifest(video);
    const total = manifest.timestampsMs.length;
    for (const [i, ms] of manifest.timestampsMs.entries()) {
      step("frames", i, total);
      await artefacts.frameVector(video, ms);
    }
    const windows = chunkWindows(manifest.durationMs);
    for (const [i, window] of windows.entries()) {
      step("chunks", i, windows.length);
      await artefacts.chunkVectors(video, manifest, window);
    }
    await artefacts.summary(video, manifest);
    step("labels");
    await artefacts.labels(video, manifest);
    await artefacts.labelVectors(video, manifest);
    step("transcript");
    const { segments } = await artefacts.transcript(video);
    const computed = report.computed - before;
    const changed = await this.#options.library.add(tenantId, video);
    if (changed || computed > 0) {
      const reason = `ingested ${video.title}`;
      for (const value of [LIBRARY_TAG, searchedTag(video.videoId)])
        await cache.invalidate({ kind: "tag", value }, { reason, signal });
    }
    return { video, frames: total, chunks: windows.length, segments: segments.length, computed };
  }
}

async function readRecord(
  path: string,
  title: string,
  signal: AbortSignal | undefined,
): Promise<VideoRecord> {
  const probe = await probeVideo(path);
  const videoId = await fingerprintFile(path, { signal });
  const sidecar = await findSidecar(path);
  const sha256 =
    sidecar === undefined ? undefined : await fingerprintFile(sidecar.path, { signal });
  return {
    videoId,
    path,
    title,
    probe,
    sidecar: sidecar === undefined || sha256 === undefined ? null : { ...sidecar, sha256 },
  };
}
