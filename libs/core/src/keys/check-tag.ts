import { CacheError } from "@cogniverse/sdk";

/** A tag as given by a caller. Throws `invalid_key` for an empty one and for lone surrogates, which no invalidation could name. */
export function checkTag(tag: string): string {
  if (typeof tag === "string" && tag !== "" && tag.isWellFormed()) return tag;
  throw new CacheError("invalid_key", "A tag is refused: it is empty or holds a lone surrogate");
}
