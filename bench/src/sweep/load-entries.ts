import type { CacheManager } from "@cogniverse/core";
import { isUnreadable, type Entry, type EntryStore, type StoredEntry } from "@cogniverse/sdk";
import { DEAD_EVERY, keyOf, OLD, openTier, TENANT, type SweepTier } from "./sweep-tier.ts";

/** Writes under way at a time. */
const AT_A_TIME = 4096;

/** Fills the tier with small entries in its own format, and kills every tenth with one record. */
export async function loadEntries(tier: SweepTier, signal: AbortSignal): Promise<void> {
  const { cache, entries } = await openTier(tier);
  try {
    const sample = await storedBy(cache, entries);
    const entryOf = (at: number): Entry => ({
      data: sample.data,
      metadata: { ...sample.metadata, tags: at % DEAD_EVERY === 0 ? [OLD] : [] },
    });
    for (let from = 0; from < tier.count; from += AT_A_TIME) {
      signal.throwIfAborted();
      const many = Array.from(
        { length: Math.min(AT_A_TIME, tier.count - from) },
        (_, i) => from + i,
      );
      await Promise.all(many.map((at) => entries.putEntry(keyOf(at), entryOf(at), TENANT)));
    }
    await cache.invalidate({ kind: "tag", value: OLD }, TENANT);
  } finally {
    await cache.close();
  }
}

/** A small entry as the cache itself stores it. */
async function storedBy(cache: CacheManager, entries: EntryStore): Promise<StoredEntry> {
  await cache.put(keyOf(0), new Uint8Array(100).fill(7), TENANT, { ttl: null });
  const stored = await entries.getEntry(keyOf(0), TENANT);
  if (stored === undefined || isUnreadable(stored)) throw new Error("nothing was stored");
  return stored;
}
