import type { Scaler } from "node-av/api";
import type { Frame } from "node-av/lib";

/** How a frame becomes a jpg. Part of the identity of the bytes: put it into cache keys. */
export type JpegOptions = Readonly<{
  /** Wider frames are scaled down, in proportion; never up. Pixels. */
  maxWidth: number;
  /** 1-100. */
  quality: number;
}>;

/** 960 pixels at quality 80: about 50 KB for a detailed frame of film. */
export const DEFAULT_JPEG: JpegOptions = { maxWidth: 960, quality: 80 };

/** One decoded picture, valid only until the next one is asked for: its memory is FFmpeg's. */
export class VideoFrame {
  /** Since the start of the file; no two frames of a film share a millisecond. */
  readonly timestampMs: number;
  readonly #frame: Frame;
  readonly #scaler: Scaler;

  constructor(timestampMs: number, frame: Frame, scaler: Scaler) {
    this.timestampMs = timestampMs;
    this.#frame = frame;
    this.#scaler = scaler;
  }

  get width(): number {
    return this.#frame.width;
  }

  get height(): number {
    return this.#frame.height;
  }

  /** The whole picture squeezed to the size, RGB, 3 bytes a pixel, no padding; the caller owns it. */
  async rgb(width: number, height: number): Promise<Uint8Array> {
    return this.#scaler.toBuffer(this.#frame, { resize: { width, height }, format: "rgb" });
  }

  /** The same frame and options give the same bytes. The caller owns them. */
  async jpeg(options: JpegOptions = DEFAULT_JPEG): Promise<Uint8Array<ArrayBuffer>> {
    const resize = fitWidth(this.width, this.height, options.maxWidth);
    const bytes = await this.#scaler.toJpeg(this.#frame, { resize, quality: options.quality });
    return new Uint8Array(bytes);
  }
}

/** Even sizes, since the colour planes of a jpg have half the resolution. */
function fitWidth(
  width: number,
  height: number,
  maxWidth: number,
): { width: number; height: number } {
  const scale = Math.min(1, maxWidth / width);
  return { width: even(width * scale), height: even(height * scale) };
}

function even(pixels: number): number {
  return Math.max(2, Math.round(pixels / 2) * 2);
}
