import { Codec } from "node-av/lib";
import type { Stream } from "node-av/lib";
import { MediaFile } from "./media-file.ts";
import { regularFileBytes } from "./regular-file.ts";
import { audioStream, subtitleStreams, videoStream } from "./video-stream.ts";

type VideoTrack = Readonly<{
  codec: string;
  /** Pixels as stored; a display rotation is not applied. */
  width: number;
  height: number;
  /** Frames a second, on average; 0 where the container does not say. */
  frameRate: number;
}>;
type AudioTrack = Readonly<{ codec: string; sampleRateHz: number; channels: number }>;
/** `language` as the container has it (mostly ISO 639-2), `und` where it does not say. */
type SubtitleTrack = Readonly<{ codec: string; language: string }>;

/** What a file says about itself. Plain JSON, read from its headers without decoding. */
export type VideoProbe = Readonly<{
  /** FFmpeg's short names of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`. */
  container: string;
  /** 0 where the container does not say. */
  durationMs: number;
  fileBytes: number;
  video: VideoTrack;
  audio: AudioTrack | null;
  subtitles: readonly SubtitleTrack[];
}>;

/** @throws UnreadableVideoError for anything that is not a readable file with a moving picture. */
export async function probeVideo(path: string): Promise<VideoProbe> {
  const fileBytes = await regularFileBytes(path);
  await using file = await MediaFile.open(path);
  const audio = audioStream(file);
  return {
    container: file.container,
    durationMs: file.durationMs,
    fileBytes,
    video: videoTrack(videoStream(file)),
    audio: audio === undefined ? null : audioTrack(audio),
    subtitles: subtitleStreams(file).map(subtitleTrack),
  };
}

function videoTrack(stream: Stream): VideoTrack {
  const { num, den } = stream.avgFrameRate;
  const { width, height } = stream.codecpar;
  return { codec: codecName(stream), width, height, frameRate: den > 0 ? num / den : 0 };
}

function audioTrack(stream: Stream): AudioTrack {
  const { sampleRate, channels } = stream.codecpar;
  return { codec: codecName(stream), sampleRateHz: sampleRate, channels };
}

function subtitleTrack(stream: Stream): SubtitleTrack {
  return { codec: codecName(stream), language: stream.metadata?.get("language") ?? "und" };
}

function codecName(stream: Stream): string {
  return Codec.findDecoder(stream.codecpar.codecId)?.name ?? "unknown";
}
