import {
  AV_DISPOSITION_ATTACHED_PIC,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_SUBTITLE,
  AVMEDIA_TYPE_VIDEO,
} from "node-av/constants";
import type { AVMediaType } from "node-av/constants";
import type { Stream } from "node-av/lib";
import type { MediaFile } from "./media-file.ts";
import { UnreadableVideoError } from "./unreadable-video-error.ts";

/**
 * The first moving picture of the file; the cover of a song and a lone photo are none.
 *
 * @throws UnreadableVideoError `no-video`.
 */
export function videoStream(file: MediaFile): Stream {
  const found = streamsOf(file, AVMEDIA_TYPE_VIDEO).find(
    (stream) => !stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC),
  );
  if (found === undefined || isStillImage(file.container)) {
    throw new UnreadableVideoError(file.path, "no-video", "has no video stream");
  }
  return found;
}

/** The first sound track; `undefined` for a silent film. */
export function audioStream(file: MediaFile): Stream | undefined {
  return streamsOf(file, AVMEDIA_TYPE_AUDIO)[0];
}

/** In container order. */
export function subtitleStreams(file: MediaFile): readonly Stream[] {
  return streamsOf(file, AVMEDIA_TYPE_SUBTITLE);
}

function streamsOf(file: MediaFile, type: AVMediaType): readonly Stream[] {
  return file.streams.filter((stream) => stream.codecpar.codecType === type);
}

/** FFmpeg's demuxers for single pictures: `image2`, `png_pipe`, `jpeg_pipe`. */
function isStillImage(container: string): boolean {
  return container === "image2" || container.endsWith("_pipe");
}
