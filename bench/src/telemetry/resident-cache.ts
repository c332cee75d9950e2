import { memoryBackend } from "@cogniverse/cache-memory";
import { CacheManager } from "@cogniverse/core";
import type { TelemetryPort, TenantCache } from "@cogniverse/sdk";
import { backendContext } from "../backend-context.ts";

const KEYS = 1_000;

export const TENANT = "acme";

/** A cache whose {@link residentKeys} are all in memory, decoded. */
export interface ResidentCache extends AsyncDisposable {
  readonly cache: TenantCache;
}

/** What is read: results of some 1 KiB of JSON. */
export const residentKeys: readonly string[] = Array.from(
  { length: KEYS },
  (_, n) => `search_results/query-${n}/hybrid.json`,
);

/** `telemetry` left out: none. */
export async function residentCache(telemetry?: TelemetryPort): Promise<ResidentCache> {
  const backend = memoryBackend({}, backendContext("memory"));
  const tiers = [{ name: "memory", backend }];
  const manager = new CacheManager({ tiers, telemetry, defaultPolicy: { ttl: 36_000 } });
  const cache = manager.forTenant(TENANT);
  for (const [n, key] of residentKeys.entries()) await cache.getOrCompute(key, () => resultOf(n));
  await manager.flush();
  return { cache, [Symbol.asyncDispose]: () => manager.close() };
}

/** Reads so many, one after the other. */
export async function readResidents(cache: TenantCache, reads: number): Promise<void> {
  for (let done = 0, at = 0; done < reads; done++) {
    if ((await cache.get(residentKeys[at] ?? "")) === undefined)
      throw new Error("a key that was put is missing");
    if (++at === KEYS) at = 0;
  }
}

function resultOf(query: number): readonly Readonly<Record<string, string | number>>[] {
  return Array.from({ length: 10 }, (_, row) => ({
    video: `video_${query}_${row}`,
    start: row * 6,
    score: 1 / (row + 1),
    text: "what was said in the segment ".repeat(2),
  }));
}
