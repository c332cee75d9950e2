import { basename, extname, resolve } from "node:path";
import { noTelemetry } from "@cogniverse/core";
import type { CacheManager, TelemetryPort } from "@cogniverse/sdk";
import type { VideoLibrary, VideoRecord } from "../library/video-library.ts";
import { probeVideo } from "../media/probe-video.ts";
import { findSidecar, readSidecar } from "../media/subtitles.ts";
import { AppSpans } from "../telemetry/app-spans.ts";
import { Artefacts, type ArtefactMaking } from "./artefacts.ts";
import { ArtefactReport } from "./artefact-report.ts";

/** What {@link VideoProcessor} needs. */
export interface VideoProcessorOptions {
  readonly cache: CacheManager;
  readonly library: VideoLibrary;
  readonly making: ArtefactMaking;
  /** Default: none. */
  readonly telemetry?: TelemetryPort | undefined;
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
type IngestStep = Readonly<{ title: string; name: string; done: number; total: number }>;

/** A film that is ready to be searched. */
export type IngestedVideo = Readonly<{
  video: VideoRecord;
  frames: number;
  chunks: number;
  segments: number;
  computed: number;
}>;

type Ingestion = Readonly<{ path: string; title: string; tenantId: string; spans: AppSpans }>;

/** Turns files into artefacts that can be searched. */
export class VideoProcessor {
  readonly #options: VideoProcessorOptions;

  constructor(options: VideoProcessorOptions) {
    this.#options = options;
  }

  /**
   * Probes, fingerprints, and makes every artefact that is not cached; then the film is in the tenant's library, and searches see it. Nothing need be
   * invalidated for that: answers go by the films that they were computed over, and artefacts that come out otherwise by force kill what was made from
   * them. Throws `UnreadableVideoError`; of a broken film nothing is kept.
   */
  async ingest(
    path: string,
    tenantId: string,
    options: IngestOptions = {},
  ): Promise<IngestedVideo> {
    const { telemetry = noTelemetry } = this.#options;
    const spans = new AppSpans(telemetry, tenantId);
    const title = basename(path, extname(path));
    return spans.ingest(title, () => this.#ingest({ path, title, tenantId, spans }, options));
  }

  async #ingest(
    { path, title, tenantId, spans }: Ingestion,
    options: IngestOptions,
  ): Promise<IngestedVideo> {
    const { report = new ArtefactReport(), signal, onStep } = options;
    const before = report.computed;
    const step = (name: string, done = 0, total = 0): void =>
      onStep?.({ title, name, done, total });
    const { making } = this.#options;
    const cache = this.#options.cache.forTenant(tenantId);
    const probe = await probeVideo(resolve(path));
    step("reading");
    const video = await readRecord({ path: resolve(path), title, probe }, making, signal);
    const artefacts = new Artefacts({
      ...making,
      cache,
      report,
      spans,
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
    const windows = artefacts.windows(manifest);
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
    await this.#options.library.add(tenantId, video);
    return { video, frames: total, chunks: windows.length, segments: segments.length, computed };
  }
}

/** A subtitle file that cannot be read is found out here, before anything is computed. */
async function readRecord(
  film: Pick<VideoRecord, "path" | "title" | "probe">,
  { fingerprints }: ArtefactMaking,
  signal: AbortSignal | undefined,
): Promise<VideoRecord> {
  const videoId = await fingerprints.of(film.path, signal);
  const found = await findSidecar(film.path);
  if (found === undefined) return { videoId, ...film, sidecar: null };
  await readSidecar(found, { signal });
  const sha256 = await fingerprints.of(found.path, signal);
  return { videoId, ...film, sidecar: { ...found, sha256 } };
}
