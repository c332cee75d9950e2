import { keys, silentLogger } from "@cogniverse/core";
import type { Logger } from "@cogniverse/sdk";
import { type Sent, startRecorder } from "@cogniverse/test-servers";
import { type ConfiguredCache, createCache, type TelemetrySection } from "../../src/index.ts";

/** The key of {@link oneSpan}. */
export const KEY = "frames/lecture-1/12.jpg";

/** A span as the cache makes them. */
export function oneSpan({ telemetry }: ConfiguredCache, tenantId = "acme"): void {
  const attributes = { "cache.key": KEY, "cache.key_type": "frames" };
  telemetry.startSpan("cache.put", tenantId, { always: true, attributes }).end();
}

/** A memory cache with this section and nothing in its environment. */
export function cacheWith(
  telemetry: TelemetrySection,
  logger: Logger = silentLogger,
): Promise<ConfiguredCache> {
  const caching = { tiers: { memory: { backend: "memory" } } };
  return createCache({ config: { caching, telemetry }, env: {}, logger });
}

/** What a cache of this section sends of what `act` does, by the time that it is closed. */
export async function sentWith(
  section: TelemetrySection,
  act: (cache: ConfiguredCache) => void | Promise<void> = oneSpan,
): Promise<readonly Sent[]> {
  await using receiver = await startRecorder();
  const cache = await cacheWith({ endpoint: receiver.url, ...section });
  await act(cache);
  await cache.close();
  return receiver.sent;
}

/** A hit in memory, and a miss before it. */
export async function hitAndMiss(cache: ConfiguredCache, tenantId = "acme"): Promise<void> {
  const key = keys.transcription({ video: "v" });
  for (const text of ["miss", "hit"]) await cache.getOrCompute(key, tenantId, () => text);
}
