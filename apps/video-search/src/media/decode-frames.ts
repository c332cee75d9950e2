import { Decoder, Scaler } from "node-av/api";
import { AV_NOPTS_VALUE } from "node-av/constants";
import { Frame } from "node-av/lib";
import type { Packet, Stream } from "node-av/lib";
import { MediaFile } from "./media-file.ts";
import { UnreadableVideoError } from "./unreadable-video-error.ts";
import { VideoFrame } from "./video-frame.ts";
import { videoStream } from "./video-stream.ts";

export type DecodeOptions = Readonly<{
  /** Start at the key picture at or before this instant, so that earlier frames may come too. */
  fromMs?: number | undefined;
  signal?: AbortSignal | undefined;
}>;

/** Two threads decode 720p H.264 at about ten times real time; more buys little and costs memory. */
const DECODER_THREADS = 2;
/** A film may end this much before its container says: sound and pictures rarely end together. */
const END_TOLERANCE_MS = 2_000;
const END_TOLERANCE_SHARE = 0.05;

/**
 * The frames of a film in order of time, one in memory at once: the next is decoded when it is asked
 * for. Leaving the loop early closes the file. A damaged picture is left out, as players do.
 *
 * @throws UnreadableVideoError before the first frame (see its reasons), `damaged` where not one frame
 * could be decoded, `truncated` after the last one where the film stops long before its declared end.
 */
export async function* decodeFrames(
  path: string,
  options: DecodeOptions = {},
): AsyncGenerator<VideoFrame, void, undefined> {
  options.signal?.throwIfAborted();
  await using file = await MediaFile.open(path);
  const stream = videoStream(file);
  const { fromMs = 0 } = options;
  if (fromMs > 0) await file.seek(stream, fromMs);
  let lastMs: number | undefined;
  for await (const frame of framesOf(file, stream, options.signal)) {
    // Broken muxers repeat or reorder timestamps; a frame that does not advance has no name of its own.
    if (lastMs !== undefined && frame.timestampMs <= lastMs) continue;
    lastMs = frame.timestampMs;
    yield frame;
  }
  if (fromMs === 0 || lastMs !== undefined) assertWhole(file, stream, lastMs);
}

async function* framesOf(
  file: MediaFile,
  stream: Stream,
  signal: AbortSignal | undefined,
): AsyncGenerator<VideoFrame> {
  using decoder = await openDecoder(file.path, stream);
  using scaler = new Scaler();
  for await (const packet of withEnd(file.packets(stream, signal))) {
    for await (const frame of framesOfPacket(decoder, packet)) {
      using owned = frame;
      const timestampMs = timestampOf(owned, file.startMs);
      if (timestampMs !== undefined) yield new VideoFrame(timestampMs, owned, scaler);
    }
  }
}

async function openDecoder(path: string, stream: Stream): Promise<Decoder> {
  try {
    return await Decoder.create(stream, { context: { threadCount: DECODER_THREADS } });
  } catch (cause) {
    throw new UnreadableVideoError(path, "damaged", "its video codec cannot be decoded", { cause });
  }
}

/** Packets, then `undefined`: the decoder holds frames back until it hears of the end. */
async function* withEnd(packets: AsyncIterable<Packet>): AsyncGenerator<Packet | undefined> {
  yield* packets;
  yield undefined;
}

async function* framesOfPacket(
  decoder: Decoder,
  packet: Packet | undefined,
): AsyncGenerator<Frame> {
  const sent = packet === undefined ? decoder.flush() : decoder.decode(packet);
  if (!(await succeeds(sent))) return;
  for (let damaged = 0; damaged < MAX_DAMAGED;) {
    const received = await decoder.receive().catch(() => DAMAGED);
    if (received instanceof Frame) yield received;
    else if (received === DAMAGED) damaged++;
    else return;
  }
}

const DAMAGED = "damaged";
/** Against a decoder that never stops complaining about one packet. */
const MAX_DAMAGED = 256;

async function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

function timestampOf(frame: Frame, startMs: number): number | undefined {
  const { pts, timeBase } = frame;
  if (pts === AV_NOPTS_VALUE) return undefined;
  return Math.max(0, Math.round((Number(pts) * 1000 * timeBase.num) / timeBase.den) - startMs);
}

function assertWhole(file: MediaFile, stream: Stream, lastMs: number | undefined): void {
  if (lastMs === undefined) {
    throw new UnreadableVideoError(file.path, "damaged", "not one frame could be decoded");
  }
  const endMs = declaredEndMs(file, stream);
  if (endMs - lastMs > Math.max(END_TOLERANCE_MS, endMs * END_TOLERANCE_SHARE)) {
    const detail = `cut off: its frames end at ${lastMs} ms of ${endMs} ms`;
    throw new UnreadableVideoError(file.path, "truncated", detail);
  }
}

/** The picture's own duration where the container has it: a sound track may well be longer. */
function declaredEndMs(file: MediaFile, stream: Stream): number {
  const { num, den } = stream.timeBase;
  if (stream.duration <= 0n || den === 0) return file.durationMs;
  return Math.round((Number(stream.duration) * 1000 * num) / den);
}
