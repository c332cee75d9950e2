import { readdir } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { Codec } from "node-av/lib";
import type { Packet, Stream } from "node-av/lib";
import { MediaFile } from "./media-file.ts";
import { subtitleText } from "./subtitle-text.ts";
import type { Transcript, TranscriptSegment } from "./transcript.ts";
import { subtitleStreams } from "./video-stream.ts";

type ReadOptions = Readonly<{ signal?: AbortSignal | undefined }>;

/** A subtitle file found beside a film. */
export type Sidecar = Readonly<{ path: string; language: string }>;

/**
 * `film.vtt` or `film.srt`, else the first of `film.<language>.vtt`, `film.<language>.srt` by name.
 * `undefined` where there is none.
 */
export async function findSidecar(videoPath: string): Promise<Sidecar | undefined> {
  const folder = dirname(videoPath);
  const stem = basename(videoPath, extname(videoPath));
  const names = await readdir(folder).catch(() => []);
  const candidates = names
    .map((name) => ({ name, match: SIDECAR.exec(name.slice(stem.length)) }))
    .filter(({ name, match }) => name.startsWith(stem) && match !== null)
    .toSorted((a, b) => a.name.length - b.name.length || (a.name < b.name ? 1 : -1));
  const best = candidates[0];
  if (best === undefined) return undefined;
  return { path: join(folder, best.name), language: best.match?.groups?.["language"] ?? "und" };
}

const SIDECAR = /^(?:\.(?<language>[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)?))?\.(?:vtt|srt)$/;

/** @throws UnreadableVideoError where FFmpeg finds no subtitles in the file. */
export async function readSidecar(
  sidecar: Sidecar,
  options: ReadOptions = {},
): Promise<Transcript> {
  await using file = await MediaFile.open(sidecar.path);
  const segments = await firstTextTrack(file, options.signal);
  return { source: "sidecar", language: sidecar.language, segments: segments?.segments ?? [] };
}

/** The first text track in the container; `undefined` where there is none. */
export async function readSubtitleTrack(
  videoPath: string,
  options: ReadOptions = {},
): Promise<Transcript | undefined> {
  await using file = await MediaFile.open(videoPath);
  const track = await firstTextTrack(file, options.signal);
  return track === undefined ? undefined : { source: "subtitle-track", ...track };
}

type TextTrack = Pick<Transcript, "language" | "segments">;

async function firstTextTrack(
  file: MediaFile,
  signal: AbortSignal | undefined,
): Promise<TextTrack | undefined> {
  const isText = (stream: Stream): boolean => subtitleText(codecOf(stream), EMPTY) !== undefined;
  const stream = subtitleStreams(file).find(isText);
  if (stream === undefined) return undefined;
  const segments: TranscriptSegment[] = [];
  for await (const packet of file.packets(stream, signal)) {
    const segment = segmentOf(packet, stream, file.startMs);
    if (segment !== undefined) segments.push(segment);
  }
  return { language: stream.metadata?.get("language") ?? "und", segments };
}

const EMPTY = new Uint8Array(0);

function codecOf(stream: Stream): string {
  return Codec.findDecoder(stream.codecpar.codecId)?.name ?? "unknown";
}

function segmentOf(packet: Packet, stream: Stream, startMs: number): TranscriptSegment | undefined {
  const text = subtitleText(codecOf(stream), packet.data ?? EMPTY);
  if (text === undefined || text === "") return undefined;
  const { num, den } = stream.timeBase;
  const milliseconds = (ticks: bigint): number => Math.round((Number(ticks) * 1000 * num) / den);
  const from = Math.max(0, milliseconds(packet.pts) - startMs);
  return { startMs: from, endMs: from + Math.max(1, milliseconds(packet.duration)), text };
}
