import { Decoder } from "node-av/api";
import { AV_CHANNEL_ORDER_NATIVE, AV_SAMPLE_FMT_FLT } from "node-av/constants";
import { Frame } from "node-av/lib";
import type { Stream } from "node-av/lib";
import { MediaFile } from "./media-file.ts";
import { audioStream } from "./video-stream.ts";

/** What speech models take. */
export const SPEECH_SAMPLE_RATE_HZ = 16_000;

/** Mono sound, -1 to 1, 16,000 samples a second; the caller owns the samples. */
export type AudioChunk = Readonly<{ startMs: number; samples: Float32Array<ArrayBuffer> }>;

export type AudioOptions = Readonly<{
  /** Length of every chunk but the last. Default 30 s, what speech models listen to at once. */
  chunkMs?: number | undefined;
  signal?: AbortSignal | undefined;
}>;

/**
 * The first sound track in equal chunks, one in memory at once; nothing at all for a silent film.
 *
 * @throws UnreadableVideoError `missing`, `empty`, `not-media`, or `damaged` on a read error.
 */
export async function* decodeAudio(
  path: string,
  options: AudioOptions = {},
): AsyncGenerator<AudioChunk, void, undefined> {
  const { chunkMs = 30_000, signal } = options;
  signal?.throwIfAborted();
  await using file = await MediaFile.open(path);
  const stream = audioStream(file);
  if (stream === undefined) return;
  const capacity = Math.max(1, Math.round((chunkMs * SPEECH_SAMPLE_RATE_HZ) / 1000));
  let chunk = new Float32Array(capacity);
  let filled = 0;
  let index = 0;
  for await (const samples of samplesOf(file, stream, signal)) {
    for (let used = 0; used < samples.length;) {
      const taken = samples.subarray(used, used + capacity - filled);
      chunk.set(taken, filled);
      filled += taken.length;
      used += taken.length;
      if (filled < capacity) continue;
      yield { startMs: index * chunkMs, samples: chunk };
      chunk = new Float32Array(capacity);
      filled = 0;
      index++;
    }
  }
  if (filled > 0) yield { startMs: index * chunkMs, samples: chunk.slice(0, filled) };
}

async function* samplesOf(
  file: MediaFile,
  stream: Stream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array> {
  using decoder = await Decoder.create(stream, {
    context: { threadCount: 1 },
    exitOnError: false,
    resample: SPEECH,
  });
  for await (const packet of file.packets(stream, signal)) {
    await decoder.decode(packet);
    yield* received(decoder);
  }
  await decoder.flush();
  yield* received(decoder);
}

const SPEECH = {
  sampleRate: SPEECH_SAMPLE_RATE_HZ,
  sampleFormat: AV_SAMPLE_FMT_FLT,
  /** Mask 4 is the front centre alone: mono. */
  channelLayout: { nbChannels: 1, order: AV_CHANNEL_ORDER_NATIVE, mask: 4n },
};

async function* received(decoder: Decoder): AsyncGenerator<Float32Array> {
  for (;;) {
    const frame = await decoder.receive();
    if (!(frame instanceof Frame)) return;
    using owned = frame;
    const bytes = owned.toBuffer();
    // A copy: the samples need their own alignment of 4 bytes.
    yield new Float32Array(new Uint8Array(bytes).buffer, 0, owned.nbSamples);
  }
}
