import { CacheError } from "@cogniverse/sdk";

/** A TTL as given by a caller: seconds > 0, `null` = never, `undefined` = not said. Throws `invalid_value`. */
export function checkTtl(ttl: number | null | undefined): number | null | undefined {
  if (ttl === undefined || ttl === null || (Number.isFinite(ttl) && ttl > 0)) return ttl;
  throw new CacheError(
    "invalid_value",
    `A ttl of ${ttl} is refused: seconds above 0, or null for no expiry. To drop a key, delete it`,
  );
}

/**
 * When a copy that is brought to a tier now expires there, in epoch milliseconds: with the entry, so that a promotion passes on what remains and
 * never a new TTL. The tier's own default is only for entries that never expire and for which neither caller nor policy said so; it
 * counts from now, or what is older than the default could never be promoted again.
 */
export function expiryInTier(
  entry: Readonly<{ expiresAt: number | null }>,
  named: boolean,
  tierTtl: number | null,
  now: number,
): number | null {
  if (named || tierTtl === null || entry.expiresAt !== null) return entry.expiresAt;
  return now + tierTtl * 1000;
}
