import { Decoder, Demuxer, Scaler } from "node-av/api";
import { Frame, Packet } from "node-av/lib";

/** RGB, 3 bytes a pixel, `size` x `size`, no padding; the caller owns the bytes. */
export type SquarePixels = Readonly<{ size: number; rgb: Uint8Array<ArrayBuffer> }>;

/** Bytes that are no picture FFmpeg can decode. */
export class UnreadableImageError extends Error {
  readonly brand = "cogniverse.video.unreadable-image";
  override readonly name = "UnreadableImageError";
}

/**
 * A jpg, png or other still picture, its middle square scaled to `size`: what the vision models take.
 *
 * @throws UnreadableImageError; the signal's reason on abort.
 */
export async function decodeImage(
  image: Uint8Array,
  size: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SquarePixels> {
  options.signal?.throwIfAborted();
  try {
    using frame = await firstFrame(Buffer.from(image.buffer, image.byteOffset, image.byteLength));
    return { size, rgb: await middleSquare(frame, size) };
  } catch (cause) {
    throw new UnreadableImageError("the image cannot be decoded", { cause });
  }
}

async function firstFrame(image: Buffer): Promise<Frame> {
  await using demuxer = await Demuxer.open(image);
  const stream = demuxer.video();
  if (stream === undefined) throw new TypeError("no picture in it");
  using decoder = await Decoder.create(stream, { context: { threadCount: 1 } });
  using packet = new Packet();
  packet.alloc();
  await demuxer.getFormatContext().readFrame(packet);
  await decoder.decode(packet);
  await decoder.flush();
  const frame = await decoder.receive();
  if (!(frame instanceof Frame)) throw new TypeError("no frame in it");
  return frame;
}

async function middleSquare(frame: Frame, size: number): Promise<Uint8Array<ArrayBuffer>> {
  using scaler = new Scaler();
  const side = Math.min(frame.width, frame.height);
  const x = Math.floor((frame.width - side) / 2);
  const y = Math.floor((frame.height - side) / 2);
  const crop = { x, y, width: side, height: side };
  const resize = { width: size, height: size };
  return new Uint8Array(await scaler.toBuffer(frame, { crop, resize, format: "rgb" }));
}
