import type { Causes, MissCause } from "@cogniverse/sdk";

/**
 * From the most telling to the least. First what is wrong with the cache itself and hides whatever it holds (the log, a tier); then a copy that was
 * there and could not be used, the damaged before the merely unknown; then what was meant to be: invalidated, and only then expired, since a copy that an
 * invalidation killed in one tier is news while one whose time was over is not; last, nothing was there, or nobody was asked.
 */
const BY_TELLING: readonly MissCause[] = [
  "log-down",
  "tier-down",
  "corrupt",
  "undecodable",
  "unsupported",
  "archived",
  "foreign",
  "invalidated",
  "expired",
  "absent",
  "bypassed",
];

/** The cause that says most about why a read missed, of those of the tiers it passed. Without any tier: `bypassed`. */
export function tellingCause(causes: Causes): MissCause {
  const found = new Set(Object.values(causes));
  return BY_TELLING.find((cause) => found.has(cause)) ?? "bypassed";
}
