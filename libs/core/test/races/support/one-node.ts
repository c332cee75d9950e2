import { memoryBackend } from "@cogniverse/cache-memory";
import {
  CacheManager,
  defineKeyType,
  jsonCodec,
  silentLogger,
  type CacheManagerOptions,
  type TierOptions,
} from "@cogniverse/core";
import type { KeyType } from "@cogniverse/sdk";
import {
  entryBackend,
  FakeClock,
  faultBackend,
  Scheduler,
  type FaultBackend,
} from "@cogniverse/testkit";
import type { MemoryOptions } from "@cogniverse/cache-memory";

/** What tests store: a number that tells one version of a value from another. */
export interface Note {
  readonly n: number;
}

export const note: KeyType<Note, "notes/{id}.json"> = defineKeyType(
  "notes/{id}.json",
  jsonCodec<Note>(),
);

/** A manager over memory, warm and cold, whose every call below memory can be stopped. */
export interface OneNode extends AsyncDisposable {
  readonly cache: CacheManager;
  readonly clock: FakeClock;
  readonly warm: FaultBackend;
  readonly cold: FaultBackend;
  readonly scheduler: Scheduler;
}

/** Options beside those of the manager: bounds of the memory tier, and tiers instead of all three. */
export interface OneNodeOptions extends Partial<CacheManagerOptions> {
  readonly memory?: MemoryOptions;
}

export function oneNode({ memory = {}, ...options }: OneNodeOptions = {}): OneNode {
  const clock = new FakeClock();
  const warm = faultBackend(
    entryBackend({ clock, traits: { locality: "machine", durable: true } }),
  );
  const cold = faultBackend(entryBackend({ clock, traits: { locality: "shared", durable: true } }));
  const tiers: readonly TierOptions[] = [
    { name: "memory", backend: memoryBackend(memory, { clock, logger: silentLogger }) },
    { name: "warm", backend: warm },
    { name: "cold", backend: cold },
  ];
  const cache = new CacheManager({ clock, tiers, ...options });
  const scheduler = new Scheduler({ warm: warm.faults, cold: cold.faults });
  return { cache, clock, warm, cold, scheduler, [Symbol.asyncDispose]: () => cache.close() };
}

/** Takes part in one tier alone, also where there is no cold one. */
export function only(tier: "memory" | "warm" | "cold"): {
  readonly warm: boolean;
  readonly cold: boolean;
  readonly tiers: { readonly memory: boolean };
} {
  return { warm: tier === "warm", cold: tier === "cold", tiers: { memory: tier === "memory" } };
}
