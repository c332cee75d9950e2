import { isUnreadable, type StoredHead } from "@cogniverse/sdk";
import type { HeadAnswer } from "./tier.ts";

/** The copy that a tier told of; `undefined` where the tier is down, or has none that this version can read. */
export function readableHead(answer: HeadAnswer): StoredHead | undefined {
  if (!answer.up || answer.value === undefined || isUnreadable(answer.value)) return undefined;
  return answer.value;
}
