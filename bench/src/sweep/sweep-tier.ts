import { localBackend } from "@cogniverse/cache-local";
import { redisBackend } from "@cogniverse/cache-redis";
import { CacheManager } from "@cogniverse/core";
import type { CacheBackend, EntryStore } from "@cogniverse/sdk";
import { backendContext } from "../backend-context.ts";

/** One tier that several processes open. `count`: its entries. */
export type SweepTier = Readonly<
  { count: number } & ({ backend: "local"; base_path: string } | { backend: "redis"; url: string })
>;

/** Whose entries they are. */
export const TENANT = "acme";
/** Every so-many-th entry carries {@link OLD}. */
export const DEAD_EVERY = 10;
/** The tag whose invalidation kills them. */
export const OLD = "old";

/** A key of the tier; those of one video stand together. */
export function keyOf(at: number): string {
  return `frames/video-${Math.floor(at / 1000)}/frame_${at % 1000}.jpg`;
}

/** A cache over this one tier, and the tier. */
export async function openTier(
  tier: SweepTier,
): Promise<Readonly<{ cache: CacheManager; entries: EntryStore }>> {
  const backend = await openBackend(tier);
  const cache = new CacheManager({ tiers: [{ name: tier.backend, backend }] });
  return { cache, entries: backend.entries };
}

function openBackend(tier: SweepTier): Promise<CacheBackend & { readonly entries: EntryStore }> {
  const context = backendContext(tier.backend);
  if (tier.backend === "redis") return redisBackend({ url: tier.url }, context);
  return localBackend({ base_path: tier.base_path, min_free_gb: 0, max_size_gb: 30 }, context);
}
