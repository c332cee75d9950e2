import {
  type CacheBackend,
  isUnreadable,
  type StoredEntry,
  type TenantCache,
} from "@cogniverse/sdk";
import {
  entryBackend,
  FakeClock,
  faultBackend,
  type FaultBackend,
  recordingLogger,
} from "@cogniverse/testkit";
import { type CachingConfig, type ConfiguredCache, createCache } from "../../src/index.ts";
import { fakeModule } from "./fake-modules.ts";

/** A cache under test, and what a test moves and looks at. */
export interface Running {
  readonly cache: ConfiguredCache;
  readonly acme: TenantCache;
  readonly clock: FakeClock;
  /** The backends of tiers `hot` and `cold`, with their faults. */
  readonly hot: FaultBackend;
  readonly cold: FaultBackend;
}

/** What one test configures: options beside `tiers`, and limits of tier `cold`. */
export type Knobs = Omit<CachingConfig, "tiers"> & {
  readonly cold?: Readonly<Record<string, number>>;
};

/** Runs `use` on a cache of two tiers, configured with `knobs`. */
export async function running<R>(
  knobs: Knobs,
  use: (parts: Running) => Promise<R>,
  decorate: (backend: CacheBackend) => CacheBackend = (backend) => backend,
): Promise<R> {
  const { cold: coldLimits, ...caching } = knobs;
  const clock = new FakeClock();
  const hot = faultBackend(entryBackend({ clock }));
  const cold = faultBackend(decorate(entryBackend({ clock })));
  const module = fakeModule("fake");
  module.make = async (_options, { tier }) => (tier === "hot" ? hot : cold);
  const tiers = { hot: { backend: "fake" }, cold: { backend: "fake", ...coldLimits } };
  await using cache = await createCache({
    config: { caching: { tiers, ...caching } },
    backends: { fake: module },
    clock,
    logger: recordingLogger(),
  });
  return await use({ cache, acme: cache.forTenant("acme"), clock, hot, cold });
}

/** What a tier keeps of a key. */
export async function stored(
  backend: CacheBackend,
  path: string,
  tenantId = "acme",
): Promise<StoredEntry | undefined> {
  const answer = await backend.entries?.getEntry(path, tenantId);
  return answer === undefined || isUnreadable(answer) ? undefined : answer;
}
