import { resolve } from "node:path";
import { Demuxer } from "node-av/api";
import { AV_LOG_QUIET, AVERROR_EOF, AVSEEK_FLAG_BACKWARD } from "node-av/constants";
import { Log, Packet } from "node-av/lib";
import type { Stream } from "node-av/lib";
import { regularFileBytes } from "./regular-file.ts";
import { UnreadableVideoError } from "./unreadable-video-error.ts";

// FFmpeg writes its findings to stderr by default; here they are errors of this module.
Log.setLevel(AV_LOG_QUIET);

/** An open container, read one packet at a time. Dispose it; packets and streams die with it. */
export class MediaFile implements AsyncDisposable {
  readonly path: string;
  readonly #demuxer: Demuxer;

  private constructor(path: string, demuxer: Demuxer) {
    this.path = path;
    this.#demuxer = demuxer;
  }

  /** @throws UnreadableVideoError `missing`, `empty` or `not-media`. */
  static async open(path: string): Promise<MediaFile> {
    await regularFileBytes(path);
    try {
      // Absolute, so that a name like `concat:a|b` or `http:x` stays a file name.
      return new MediaFile(path, await Demuxer.open(resolve(path)));
    } catch (cause) {
      throw new UnreadableVideoError(path, "not-media", "not a media file, or cut off", { cause });
    }
  }

  get container(): string {
    return this.#demuxer.formatName;
  }

  /** 0 where the container does not say. */
  get durationMs(): number {
    return milliseconds(this.#demuxer.duration);
  }

  /** Timestamps of this app count from here, so that the first frame of most files is at 0. */
  get startMs(): number {
    return milliseconds(this.#demuxer.startTime);
  }

  get streams(): readonly Stream[] {
    return this.#demuxer.streams;
  }

  /** Goes to the last key picture at or before the instant; false where the container cannot. */
  async seek(stream: Stream, timestampMs: number): Promise<boolean> {
    const { num, den } = stream.timeBase;
    const ticks = Math.floor((((timestampMs + this.startMs) / 1000) * den) / num);
    const result = await this.#demuxer
      .getFormatContext()
      .seekFrame(stream.index, BigInt(ticks), AVSEEK_FLAG_BACKWARD);
    return result >= 0;
  }

  /**
   * The packets of one stream. A packet is valid until the next one is asked for.
   *
   * @throws UnreadableVideoError `damaged` on a read error; the signal's reason on abort.
   */
  async *packets(stream: Stream, signal: AbortSignal | undefined): AsyncGenerator<Packet> {
    const context = this.#demuxer.getFormatContext();
    using packet = new Packet();
    packet.alloc();
    for (;;) {
      signal?.throwIfAborted();
      const result = await context.readFrame(packet);
      if (result === AVERROR_EOF) return;
      if (result < 0) throw new UnreadableVideoError(this.path, "damaged", "cannot be read on");
      if (packet.streamIndex === stream.index) yield packet;
      packet.unref();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#demuxer.close();
  }
}

/** FFmpeg's seconds; what it does not know it gives as a huge negative number. */
function milliseconds(seconds: number): number {
  return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : 0;
}
