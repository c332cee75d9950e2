import type { NdArrays } from "@cogniverse/core";
import type { Bytes, Cacheable, Compute, Key, TenantCache } from "@cogniverse/sdk";
import type { VideoRecord } from "../library/video-library.ts";
import { chunkWindows, within, type ChunkWindow } from "../media/chunk-windows.ts";
import { DEFAULT_KEYFRAME_RULE } from "../media/keyframe-rule.ts";
import { extractKeyframes, framesAt } from "../media/keyframes.ts";
import type { Transcript } from "../media/transcript.ts";
import { UnreadableVideoError } from "../media/unreadable-video-error.ts";
import { DEFAULT_JPEG } from "../media/video-frame.ts";
import { labelVector } from "../models/label-vector.ts";
import type { EmbeddingModel, LabelModel, TranscriptionModel } from "../models/model-port.ts";
import { transcribeVideo } from "../models/transcribe-video.ts";
import { normalise } from "../models/vector.ts";
import {
  embeddingKey,
  embeddingSummaryKey,
  frameKey,
  labelsKey,
  manifestKey,
  modelPart,
  transcriptKey,
  videoPart,
  type EmbeddingSummary,
  type FrameLabels,
  type KeyframeManifest,
} from "./artefact-keys.ts";
import type { ArtefactReport, ArtefactType } from "./artefact-report.ts";
import { vectorArrays, vectorOf, vectorsOf } from "./vector-arrays.ts";

/** The models that artefacts are computed with. */
export interface ArtefactModels {
  readonly vision: LabelModel &
    Required<Pick<EmbeddingModel, "embedImages">> &
    Pick<EmbeddingModel, "dimensions">;
  readonly text: EmbeddingModel;
  /** Asked where a film brings no text of its own. */
  readonly speech?: TranscriptionModel | undefined;
}

/** What {@link Artefacts} works on. */
export interface ArtefactsOptions {
  readonly cache: TenantCache;
  readonly models: ArtefactModels;
  readonly report: ArtefactReport;
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

  /** What a compute reads for itself: in a forced run that was made anew just before. */
  readonly #sources: Artefacts;

  constructor(options: ArtefactsOptions) {
    this.#options = options;
    this.#sources = options.refresh === true ? new Artefacts({ ...options, refresh: false }) : this;
  }

  /** The key frames' timestamps. A miss decodes the film once, one frame in memory at a time, and stores each key frame as it comes. */
  manifest(video: VideoRecord): Promise<KeyframeManifest> {
    const { cache, report } = this.#options;
    return this.#obtain(
      "keyframes",
      manifestKey({ video: framesPart(video) }),
      async ({ signal }) => {
        // What is stored on the way is as old as this moment: an invalidation that comes while the film is decoded kills it too.
        const since = await cache.position({ signal });
        const timestampsMs: number[] = [];
        for await (const { timestampMs, jpeg } of extractKeyframes(video.path, { signal })) {
          await cache.put(frameKey({ video: framesPart(video), timestamp: timestampMs }), jpeg, {
            since,
            signal,
          });
          report.addWritten("frame", jpeg.byteLength);
          timestampsMs.push(timestampMs);
        }
        // Some containers do not say how long they are.
        const durationMs = video.probe.durationMs || (timestampsMs.at(-1) ?? 0) + 1;
        return { durationMs, timestampsMs };
      },
    );
  }

  /** The jpg of a key frame; one that was lost is decoded again alone. */
  jpeg(video: VideoRecord, timestampMs: number): Promise<Bytes> {
    const key = frameKey({ video: framesPart(video), timestamp: timestampMs });
    return this.#obtain("frame", key, ({ signal }) => decodeFrame(video, timestampMs, signal));
  }

  /** What the vision model sees in one key frame, length 1. */
  async frameVector(video: VideoRecord, timestampMs: number): Promise<Float32Array> {
    const { vision } = this.#options.models;
    const key = this.#visionKey(video, `frame_${timestampMs}`);
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
    const { vision } = this.#options.models;
    return this.#obtain("chunk embedding", this.#visionKey(video, chunkName(window)), async () => {
      const sum = new Float32Array(vision.dimensions);
      for (const { timestampMs } of framesIn(window, manifest)) {
        for (const [i, x] of (await this.#sources.frameVector(video, timestampMs)).entries())
          sum[i] = (sum[i] ?? 0) + x;
      }
      return vectorArrays([normalise(sum)], vision.dimensions);
    });
  }

  /** What is embedded for the video. */
  summary(video: VideoRecord, manifest: KeyframeManifest): Promise<EmbeddingSummary> {
    const { vision } = this.#options.models;
    const key = embeddingSummaryKey({
      model: modelPart(vision.identity),
      video: framesPart(video),
    });
    return this.#obtain("embedding summary", key, () => ({
      model: modelPart(vision.identity),
      dimensions: vision.dimensions,
      frames: manifest.timestampsMs.map((ms) => `frame_${ms}`),
      chunks: chunkWindows(manifest.durationMs).map(chunkName),
    }));
  }

  /** Guesses for every key frame. */
  labels(video: VideoRecord, manifest: KeyframeManifest): Promise<FrameLabels> {
    const { vision } = this.#options.models;
    const key = labelsKey({ model: modelPart(vision.identity), video: framesPart(video) });
    return this.#obtain("labels", key, async ({ signal }) => {
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
    const { text, vision } = this.#options.models;
    const model = modelPart(text.identity);
    const part = videoPart(video.videoId, [frameInputs(), modelPart(vision.identity)]);
    const key = embeddingKey({ model, video: part, chunk: "labels" });
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
    const { speech } = this.#options.models;
    const heardBy = speech === undefined ? null : modelPart(speech.identity);
    const part = videoPart(video.videoId, [
      video.sidecar?.sha256 ?? null,
      video.sidecar?.language ?? null,
      heardBy,
    ]);
    return this.#obtain("transcript", transcriptKey({ video: part }), ({ signal }) =>
      transcribeVideo(video.path, { speech, signal }),
    );
  }

  #visionKey(video: VideoRecord, chunk: string): Key<NdArrays> {
    return embeddingKey({
      model: modelPart(this.#options.models.vision.identity),
      video: framesPart(video),
      chunk,
    });
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

function chunkName({ index }: ChunkWindow): string {
  return `chunk_${index}`;
}

function frameInputs(): unknown {
  return [DEFAULT_KEYFRAME_RULE, DEFAULT_JPEG];
}

function framesPart({ videoId }: VideoRecord): string {
  return videoPart(videoId, frameInputs());
}

async function decodeFrame(
  video: VideoRecord,
  timestampMs: number,
  signal: AbortSignal,
): Promise<Bytes> {
  for await (const { jpeg } of framesAt(video.path, [timestampMs], { signal })) return jpeg;
  throw new UnreadableVideoError(video.path, "damaged", `has no frame at ${timestampMs} ms`);
}
