import { CacheError } from "@cogniverse/sdk";
import { RESERVED_TAG } from "../dependencies/source-record.ts";

/**
 * A tag as given by a caller. Throws `invalid_key` for an empty one, for lone surrogates, which no invalidation could name, and for what begins
 * with "__", which is the cache's own.
 */
export function checkTag(tag: string): string {
  const isText = typeof tag === "string" && tag !== "" && tag.isWellFormed();
  if (isText && !tag.startsWith(RESERVED_TAG)) return tag;
  const why = isText
    ? `${JSON.stringify(tag.slice(0, 120))} begins with "${RESERVED_TAG}", as only the cache's own tags do`
    : "it is empty or holds a lone surrogate";
  throw new CacheError("invalid_key", `A tag is refused: ${why}`);
}
