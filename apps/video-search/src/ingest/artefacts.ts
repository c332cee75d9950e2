import type { NdArrays } from "@cogniverse/core";
import type { Bytes, Cacheable, Compute, Key, TenantCache } from "@cogniverse/sdk";
import type { VideoRecord } from "../library/video-library.ts";
import { chunkWindows, within, type ChunkWindow } from "../media/chunk-windows.ts";
import { extractKeyframes, framesAt } from "../media/keyframes.ts";
import type { Transcript } from "../media/transcript.ts";
import { UnreadableVideoError } from "../media/unreadable-video-error.ts";
import { labelVector } from "../models/label-vector.ts";
import type { ArtefactModels } from "../models/artefact-models.ts";
import { transcribeVideo } from "../models/transcribe-video.ts";
import { normalise } from "../models/vector.ts";
import {
  modelPart,
  type EmbeddingSummary,
  type FrameLabels,
  type KeyframeManifest,
} from "./artefact-keys.ts";
import type { AppSpans } from "../telemetry/app-spans.ts";
import { tracedModels } from "../telemetry/traced-models.ts";
import type { ArtefactReport, ArtefactType } from "./artefact-report.ts";
import { FilmKeys } from "./film-keys.ts";
import { readUnchanged } from "./film-source.ts";
import type { Fingerprints } from "./fingerprints.ts";
import type { IngestSettings } from "./ingest-settings.ts";
import { unlessDown } from "./unless-down.ts";
import { vectorArrays, vectorOf, vectorsOf } from "./vector-arrays.ts";

/** What artefacts of any film are made with. */
export interface ArtefactMaking {
  readonly models: ArtefactModels;
  readonly settings: IngestSettings;
  readonly fingerprints: Fingerprints;
}

/** What {@link Artefacts} works on. */
export interface ArtefactsOptions extends ArtefactMaking {
  readonly cache: TenantCache;
  readonly report: ArtefactReport;
  readonly spans: AppSpans;
  readonly signal?: AbortSignal | undefined;
  /** Compute everything anew and replace what is there. */
  readonly refresh?: boolean | undefined;
}

/**
 * The artefacts of films, each from the cache or computed into it, and each by itself: where only embeddings were lost they are computed
 * from the cached frames without decoding the film again. Every key holds all that shapes its artefact.
 */
export class Artefacts {
  readonly #options: ArtefactsOptions;
  readonly #models: ArtefactModels;

  /** What a compute reads for itself: in a forced run that was made anew just before. */
  readonly #sources: Artefacts;

  constructor(options: ArtefactsOptions) {
    this.#options = options;
    this.#models = tracedModels(options.models, options.spans);
    this.#sources = options.refresh === true ? new Artefacts({ ...options, refresh: false }) : this;
  }

  /** The key frames' timestamps. A miss decodes the film once, one frame in memory at a time, and stores each key frame as it comes. */
  manifest(video: VideoRecord): Promise<KeyframeManifest> {
    return this.#obtain("keyframes", this.#keys(video).manifest, async ({ signal }) => {
      try {
        const timestampsMs = await this.#read(video, signal, () => this.#decode(video, signal));
        // Some containers do not say how long they are.
        const durationMs = video.probe.durationMs || (timestampsMs.at(-1) ?? 0) + 1;
        return { durationMs, timestampsMs };
      } catch (error) {
        // Nothing stays of a film that turned out to be broken after its first key frames were stored.
        if (UnreadableVideoError.isInstance(error)) await this.#discardFrames(video);
        throw error;
      }
    });
  }

  /** The jpg of a key frame; one that was lost is decoded again alone. */
  jpeg(video: VideoRecord, timestampMs: number): Promise<Bytes> {
    const { jpeg } = this.#options.settings;
    return this.#obtain("frame", this.#keys(video).frame(timestampMs), ({ signal }) =>
      this.#read(video, signal, async () => {
        const frames = framesAt(video.path, [timestampMs], { jpeg, signal });
        for await (const frame of frames) return frame.jpeg;
        throw new UnreadableVideoError(video.path, "damaged", `has no frame at ${timestampMs} ms`);
      }),
    );
  }

  /** What the vision model sees in one key frame, length 1. */
  async frameVector(video: VideoRecord, timestampMs: number): Promise<Float32Array> {
    const { vision } = this.#models;
    const key = this.#keys(video).frameVector(timestampMs);
    const arrays = await this.#obtain("frame embedding", key, async ({ signal }) => {
      const [vector] = await vision.embedImages([await this.#sources.jpeg(video, timestampMs)], {
        signal,
      });
      return vectorArrays(vector === undefined ? [] : [vector], vision.dimensions);
    });
    return vectorOf(arrays, 0);
  }

  /** The mean of a chunk's key frames, length 1; all zero for a chunk without any. */
  chunkVectors(
    video: VideoRecord,
    manifest: KeyframeManifest,
    window: ChunkWindow,
  ): Promise<NdArrays> {
    const { vision } = this.#models;
    return this.#obtain(
      "chunk embedding",
      this.#keys(video).chunkVector(window.index),
      async () => {
        const sum = new Float32Array(vision.dimensions);
        for (const { timestampMs } of framesIn(window, manifest)) {
          for (const [i, x] of (await this.#sources.frameVector(video, timestampMs)).entries())
            sum[i] = (sum[i] ?? 0) + x;
        }
        return vectorArrays([normalise(sum)], vision.dimensions);
      },
    );
  }

  /** What is embedded for the video. */
  summary(video: VideoRecord, manifest: KeyframeManifest): Promise<EmbeddingSummary> {
    const { vision } = this.#models;
    return this.#obtain("embedding summary", this.#keys(video).summary, () => ({
      model: modelPart(vision.identity),
      dimensions: vision.dimensions,
      frames: manifest.timestampsMs.map((ms) => `frame_${ms}`),
      chunks: this.windows(manifest).map(({ index }) => `chunk_${index}`),
    }));
  }

  /** The chunks of a film. */
  windows({ durationMs }: KeyframeManifest): readonly ChunkWindow[] {
    return chunkWindows(durationMs, this.#options.settings.chunkMs);
  }

  /** Guesses for every key frame. */
  labels(video: VideoRecord, manifest: KeyframeManifest): Promise<FrameLabels> {
    const { vision } = this.#models;
    return this.#obtain("labels", this.#keys(video).labels, async ({ signal }) => {
      const labels = [];
      for (const ms of manifest.timestampsMs) {
        labels.push(
          ...(await vision.labelImages([await this.#sources.jpeg(video, ms)], { signal })),
        );
      }
      return { labels };
    });
  }

  /** The guesses' place in the space of the text model; one row a key frame, all zero for a frame without guesses. */
  async labelVectors(
    video: VideoRecord,
    manifest: KeyframeManifest,
  ): Promise<readonly Float32Array[]> {
    const { text } = this.#models;
    const key = this.#keys(video).labelVectors;
    const arrays = await this.#obtain("label vectors", key, async ({ signal }) => {
      const { labels } = await this.#sources.labels(video, manifest);
      const rows = [];
      for (const guesses of labels) {
        rows.push(
          (await labelVector(guesses, text, { signal })) ?? new Float32Array(text.dimensions),
        );
      }
      return vectorArrays(rows, text.dimensions);
    });
    return vectorsOf(arrays);
  }

  /** A subtitle file, a text track, or what a speech model hears. */
  transcript(video: VideoRecord): Promise<Transcript> {
    const { sidecar } = video;
    const { models, fingerprints } = this.#options;
    const source = sidecar ?? { path: video.path, sha256: video.videoId };
    return this.#obtain("transcript", this.#keys(video).transcript, ({ signal }) =>
      readUnchanged(source, fingerprints, signal, () =>
        transcribeVideo(video.path, { sidecar, speech: models.speech, signal }),
      ),
    );
  }

  async #decode(video: VideoRecord, signal: AbortSignal): Promise<readonly number[]> {
    const { cache, report, settings } = this.#options;
    const { keyframes: rule, jpeg } = settings;
    const keys = this.#keys(video);
    const timestampsMs: number[] = [];
    for await (const frame of extractKeyframes(video.path, { rule, jpeg, signal })) {
      await cache.put(keys.frame(frame.timestampMs), frame.jpeg, { signal }).catch(unlessDown);
      report.addWritten("frame", frame.jpeg.byteLength);
      timestampsMs.push(frame.timestampMs);
    }
    return timestampsMs;
  }

  async #discardFrames(video: VideoRecord): Promise<void> {
    const scope = { kind: "prefix", value: this.#keys(video).framesPrefix } as const;
    await this.#options.cache.invalidate(scope, { reason: "the film is broken" }).catch(unlessDown);
  }

  #read<T>(
    { path, videoId }: VideoRecord,
    signal: AbortSignal,
    read: () => Promise<T>,
  ): Promise<T> {
    const film = { path, sha256: videoId };
    return readUnchanged(film, this.#options.fingerprints, signal, read);
  }

  #keys(video: VideoRecord): FilmKeys {
    return new FilmKeys(video, this.#options);
  }

  async #obtain<T extends Cacheable>(
    type: ArtefactType,
    key: Key<T>,
    compute: Compute<T>,
  ): Promise<T> {
    const { cache, report, signal, refresh } = this.#options;
    const startedAt = performance.now();
    const info = await cache.getOrComputeWithInfo<T>(key, compute, {
      signal,
      refresh,
    });
    report.add(type, info, performance.now() - startedAt);
    return info.value;
  }
}

/** The key frames that fall into a chunk. */
function framesIn(
  window: ChunkWindow,
  { timestampsMs }: KeyframeManifest,
): readonly { readonly timestampMs: number }[] {
  return within(
    window,
    timestampsMs.map((timestampMs) => ({ timestampMs })),
  );
}
