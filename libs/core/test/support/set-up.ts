import { memoryBackend, type MemoryOptions } from "@cogniverse/cache-memory";
import { CacheManager, type CacheManagerOptions } from "@cogniverse/core";
import type { CacheBackend, TenantCache } from "@cogniverse/sdk";
import {
  entryBackend,
  FakeClock,
  faultBackend,
  FaultScript,
  mapBackend,
  type RecordingLogger,
  recordingLogger,
} from "@cogniverse/testkit";

/** memory: decoded values; entry: metadata in one round trip; six: the six calls alone. */
export type Kind = "memory" | "entry" | "six";

/** A cache under test, and what a test moves and looks at. `cache` is the one called "acme" of its manager. */
export interface SetUp {
  readonly manager: CacheManager;
  readonly acme: TenantCache;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  /** By tier name, in tier order. */
  readonly backends: Readonly<Record<string, CacheBackend>>;
  /** The script of one tier's faults; throws for a tier that is not there. */
  readonly faults: (tier: string) => FaultScript;
  /** Another manager over the same backends, as after a restart. */
  readonly restart: (options?: Partial<CacheManagerOptions>) => CacheManager;
}

interface Extras extends Partial<CacheManagerOptions> {
  readonly memory?: MemoryOptions;
  readonly defaultTtl?: Readonly<Record<string, number | null>>;
  readonly tierOptions?: Readonly<Record<string, Partial<CacheManagerOptions["tiers"][number]>>>;
}

/** Makes a manager over tiers of these kinds; all but the memory tier count as disks of this machine. */
export function setUp(kinds: Readonly<Record<string, Kind>>, extras: Extras = {}): SetUp {
  const { memory = {}, defaultTtl = {}, tierOptions = {}, ...options } = extras;
  const clock = new FakeClock();
  const logger = recordingLogger();
  const scripts = new Map<string, FaultScript>();
  const backends: Record<string, CacheBackend> = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const script = new FaultScript();
    scripts.set(name, script);
    const own = defaultTtl[name] === undefined ? {} : { defaultTtl: defaultTtl[name] };
    const inner = {
      memory: () => memoryBackend({ ...memory, ...own }, { clock, logger }),
      ...disks(clock, own),
    }[kind]();
    backends[name] = faultBackend(inner, script);
  }
  const restart = (more: Partial<CacheManagerOptions> = {}): CacheManager =>
    new CacheManager({
      clock,
      logger,
      tiers: Object.entries(backends).map(([name, backend]) => ({
        name,
        backend,
        ...tierOptions[name],
      })),
      ...options,
      ...more,
    });
  const manager = restart();
  const faults = (tier: string): FaultScript => {
    const script = scripts.get(tier);
    if (script === undefined) throw new RangeError(`No tier "${tier}" in this test`);
    return script;
  };
  return { manager, acme: manager.forTenant("acme"), clock, logger, backends, faults, restart };
}

function disks(
  clock: FakeClock,
  own: { readonly defaultTtl?: number | null },
): Readonly<Record<"entry" | "six", () => CacheBackend>> {
  const traits = { locality: "machine", durable: true } as const;
  return {
    entry: () => entryBackend({ clock, traits, ...own }),
    six: () => mapBackend({ clock, traits, ...own }),
  };
}

/** Tiers of mixed kinds, so many. */
export function stack(tiers: number): Readonly<Record<string, Kind>> {
  const kinds: readonly Kind[] = ["memory", "entry", "six"];
  return Object.fromEntries(
    Array.from({ length: tiers }, (_, i) => [
      `t${i}`,
      tiers === 1 ? "six" : (kinds[i % 3] ?? "six"),
    ]),
  );
}
