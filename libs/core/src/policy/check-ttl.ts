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
 * When a copy expires in one tier, in epoch milliseconds: as the entry says, and where neither caller nor policy named a TTL not later than the
 * tier's own default after the entry was created. So a promotion passes on what remains and never a new TTL.
 */
export function expiryInTier(
  entry: Readonly<{ createdAt: number; expiresAt: number | null }>,
  named: boolean,
  tierTtl: number | null,
): number | null {
  if (named || tierTtl === null) return entry.expiresAt;
  const byTier = entry.createdAt + tierTtl * 1000;
  return entry.expiresAt === null ? byTier : Math.min(entry.expiresAt, byTier);
}
