/** Carried by answers over a tenant's whole library: any change of it kills them. */
export const LIBRARY_TAG = "library";

/** Carried by answers over chosen films. */
export function searchedTag(videoId: string): string {
  return `searched:${videoId}`;
}
