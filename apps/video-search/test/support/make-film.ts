import { Demuxer, Encoder, Muxer } from "node-av/api";
import { AV_PIX_FMT_RGB24, FF_ENCODER_MPEG4 } from "node-av/constants";
import { Frame, Rational } from "node-av/lib";
import type { Packet, Stream } from "node-av/lib";

export type FilmOptions = Readonly<{
  width: number;
  height: number;
  frames: number;
  framesPerSecond: number;
  /** Grey level of frame `index`, 0-255: a jump is a cut. */
  grey: (index: number) => number;
}>;

/** A film of plain grey frames with a little movement in it, in any container its name says. */
export async function makeFilm(path: string, options: FilmOptions): Promise<void> {
  const { framesPerSecond } = options;
  await using muxer = await Muxer.open(path);
  using encoder = await Encoder.create(FF_ENCODER_MPEG4, {
    bitrate: "1M",
    threadCount: 1,
    gopSize: 12,
    autoFormat: true,
    context: {
      timeBase: new Rational(1, framesPerSecond),
      framerate: new Rational(framesPerSecond, 1),
    },
  });
  const stream = muxer.addStream(encoder);
  for (let index = 0; index < options.frames; index++) {
    using frame = greyFrame(options, index);
    await writeAll(muxer, stream, await encoder.encodeAll(frame));
  }
  await writeAll(muxer, stream, await encoder.encodeAll(null));
}

async function writeAll(muxer: Muxer, stream: number, packets: readonly Packet[]): Promise<void> {
  for (const packet of packets) {
    using owned = packet;
    await muxer.writePacket(owned, stream);
  }
}

function greyFrame(options: FilmOptions, index: number): Frame {
  const { width, height, framesPerSecond, grey } = options;
  const pixels = Buffer.alloc(width * height * 3, grey(index));
  pixels.fill(255 - grey(index), (index % height) * width * 3, ((index % height) + 1) * width * 3);
  return Frame.fromVideoBuffer(pixels, {
    width,
    height,
    format: AV_PIX_FMT_RGB24,
    pts: BigInt(index),
    timeBase: { num: 1, den: framesPerSecond },
  });
}

/** Copies streams of the inputs, packets untouched, into a new container. */
export async function remux(
  inputs: readonly Readonly<{ path: string; keep: (stream: Stream) => boolean }>[],
  output: string,
  options: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using muxer = await Muxer.open(output, { options });
  const opened = await Promise.all(
    inputs.map(async ({ path, keep }) => ({ keep, demuxer: await Demuxer.open(path) })),
  );
  const places = opened.map(({ keep, demuxer }) => {
    const kept = demuxer.streams.filter(keep);
    return new Map(kept.map((stream) => [stream.index, muxer.addStream(stream)]));
  });
  for (const [index, { demuxer }] of opened.entries()) {
    for await (const packet of demuxer.packets()) {
      if (packet === null) break;
      using owned = packet;
      const place = places[index]?.get(owned.streamIndex);
      if (place !== undefined) await muxer.writePacket(owned, place);
    }
    await demuxer.close();
  }
}
