/** The tag that all entries of one video carry, whatever their family, and that `invalidateVideo` speaks to. */
export function videoTag(videoId: string): string {
  return `video:${videoId}`;
}

/** Tags that follow from a key's parameters: that of the video where one is called `video`. */
export function impliedTags(params: Readonly<Record<string, string | number>>): readonly string[] {
  const { video } = params;
  return video === undefined ? [] : [videoTag(String(video))];
}
