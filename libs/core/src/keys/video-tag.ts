/**
 * The tag that all entries of one video carry, whatever their family, and that `invalidateVideo` speaks to. What follows an "@" in the
 * parameter qualifies the artefact (the settings it was made with) and not the video.
 */
export function videoTag(videoId: string): string {
  const at = videoId.indexOf("@");
  return `video:${at > 0 ? videoId.slice(0, at) : videoId}`;
}

/** Tags that follow from a key's parameters: that of the video where one is called `video`. */
export function impliedTags(params: Readonly<Record<string, string | number>>): readonly string[] {
  const { video } = params;
  return video === undefined ? [] : [videoTag(String(video))];
}
