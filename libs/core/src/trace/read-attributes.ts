import type { Attributes, Causes } from "@cogniverse/sdk";
import { decodeKey } from "@cogniverse/sdk/keys";
import type { Hit } from "../manager/outcome.ts";
import type { Target } from "../manager/target.ts";
import { tellingCause } from "../stats/telling-cause.ts";

/** The parts of a target that name its key. */
type Keyed = Readonly<{ key: Pick<Target["key"], "path">; family: Pick<Target["family"], "name"> }>;

/** Which key a span is about, and of what type. */
export function keyAttributes({ key, family }: Keyed): Attributes {
  return { "cache.key": decodeKey(key.path), "cache.key_type": family.name };
}

/** What a read that no tier answered says of itself. */
export function missAttributes(causes: Causes): Attributes {
  return {
    "cache.hit": "miss",
    "cache.miss_cause": tellingCause(causes),
    "cache.causes": causesText(causes),
  };
}

/** What a hit says of itself at its end. `now`: epoch milliseconds. */
export function hitAttributes(
  { metadata, causes }: Pick<Hit, "metadata" | "causes">,
  now: number,
): Attributes {
  const { decodedBytes, createdAt, computeMs } = metadata;
  const text = causesText(causes);
  return {
    "cache.item_size": decodedBytes,
    "cache.age_ms": Math.max(0, now - createdAt),
    "cache.compute_ms": computeMs,
    "cache.saved_ms": computeMs,
    ...(text === "" ? {} : { "cache.causes": text }),
  };
}

function causesText(causes: Causes): string {
  return Object.entries(causes)
    .map(([tier, cause]) => `${tier}=${cause}`)
    .join(",");
}
