import {
  plainEntry,
  toPosition,
  type CacheBackend,
  type EntryStore,
  type EvictionSource,
  type KeyScan,
  type NewResident,
  type ResidentStore,
} from "@cogniverse/sdk";
import { FakeClock, recordingLogger, type RecordingLogger } from "@cogniverse/testkit";
import { memoryBackend, type MemoryOptions } from "../src/index.ts";

/** The tier with all that it is able to do. */
export type FullTier = CacheBackend &
  AsyncDisposable & {
    readonly entries: EntryStore;
    readonly residents: ResidentStore;
    readonly scan: KeyScan;
    readonly evictions: EvictionSource;
  };

export function makeTier(options: MemoryOptions = {}): {
  tier: FullTier;
  clock: FakeClock;
  logger: RecordingLogger;
} {
  const clock = new FakeClock({ now: 0 });
  const logger = recordingLogger();
  const tier = memoryBackend(options, { clock, logger });
  if (!isFull(tier)) throw new Error("a capability is missing");
  return { tier, clock, logger };
}

function isFull(tier: CacheBackend): tier is FullTier {
  return [tier.entries, tier.residents, tier.scan, tier.evictions].every((c) => c !== undefined);
}

/** A decoded entry whose data holds `length` bytes. */
export function newcomer(
  key: string,
  given: { value?: unknown; length?: number; asOf?: number; ttl?: number | null } = {},
): NewResident {
  const { value = { of: key }, length = 10, asOf = 0, ttl = null } = given;
  const plain = plainEntry(new Uint8Array(length), { now: 0, ttl });
  const metadata = { ...plain.metadata, logId: "log", asOf: toPosition(asOf) };
  return {
    key,
    entry: { data: plain.data, metadata },
    value,
    valueBytes: 0,
    note: undefined,
    checkedAt: 0,
  };
}

export async function statsOf(
  tier: CacheBackend,
  tenantId: string,
): Promise<{ entries: number; bytes: number; details: Readonly<Record<string, number>> }> {
  const { entries, bytes, details = {} } = await tier.getStats(tenantId);
  return { entries, bytes, details };
}
