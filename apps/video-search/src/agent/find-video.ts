import type { VideoRecord } from "../library/video-library.ts";
import { SearchError } from "./search-error.ts";

/** The one film whose id begins so. Throws {@link SearchError} where there is none, or more than one. */
export function findVideo(library: readonly VideoRecord[], prefix: string): VideoRecord {
  const [found, ...more] = library.filter(({ videoId }) => videoId.startsWith(prefix));
  if (found === undefined || prefix === "")
    throw new SearchError(`No ingested film has an id that begins with "${prefix}"`);
  if (more.length > 0)
    throw new SearchError(`${1 + more.length} films have an id that begins with "${prefix}"`);
  return found;
}
