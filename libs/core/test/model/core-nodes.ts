import { memoryBackend } from "@cogniverse/cache-memory";
import { CacheManager, silentLogger } from "@cogniverse/core";
import type { ModelNodeFactory } from "@cogniverse/testkit";

/** A node of the real core, over a real memory tier. */
export const coreNode: ModelNodeFactory = (setting) => {
  const { memoryEntries, clock, waitMs, ttlMs } = setting;
  const memory = (): { name: string; backend: ReturnType<typeof memoryBackend> } => ({
    name: "memory",
    backend: memoryBackend({ maxEntries: memoryEntries }, { clock, logger: silentLogger }),
  });
  return new CacheManager({
    tiers: memoryEntries > 0 ? [memory(), ...setting.tiers] : setting.tiers,
    defaultPolicy: { demote: true, ttl: ttlMs > 0 ? ttlMs / 1000 : null },
    log: setting.log,
    sessions: setting.sessions,
    clock,
    random: setting.random,
    coherenceWaitMs: waitMs,
  });
};
