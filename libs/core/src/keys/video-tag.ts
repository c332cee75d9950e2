import { CacheError } from "@cogniverse/sdk";
import { decodeSegment } from "@cogniverse/sdk/keys";

/** Which segment of a path names the video, in the families that are made of videos. */
const VIDEO_SEGMENT: Readonly<Record<string, number>> = {
  frames: 1,
  transcriptions: 1,
  embeddings: 2,
};

/**
 * The tag that all entries of one video carry, whatever their family, and that `invalidateVideo` speaks to. What follows an "@" in the
 * parameter qualifies the artefact (the settings it was made with) and not the video. Throws `invalid_key` for an empty id, which no video has: a variable
 * that is not set would otherwise kill nothing, and be acknowledged.
 */
export function videoTag(videoId: string): string {
  if (videoId === "") throw new CacheError("invalid_key", "A video is refused: its id is empty");
  const at = videoId.indexOf("@");
  return `video:${at > 0 ? videoId.slice(0, at) : videoId}`;
}

/**
 * Tags that follow from a key: that of its video, where a parameter is called `video`, or by the place of the segment in a family of the
 * seed, whatever the rest of the key is. So no entry of a video is overlooked because its template was another.
 */
export function impliedTags(
  family: string,
  path: string,
  params: Readonly<Record<string, string | number>>,
): readonly string[] {
  const { video } = params;
  if (video !== undefined) return [videoTag(String(video))];
  const place = VIDEO_SEGMENT[family];
  if (place === undefined) return [];
  const segments = path.split("/");
  const segment = segments[place];
  // The last segment is a file's name, not a video's.
  if (segment === undefined || place === segments.length - 1) return [];
  return [videoTag(decodeSegment(segment))];
}
