import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import type { BackendProfile, CacheBackend } from "@cogniverse/sdk";
import { entryBackend, FakeClock, memoryLog, recordingLogger } from "@cogniverse/testkit";
import { checkConfig, createCache, type TruthSummary } from "../../src/index.ts";
import { downModule, fakeModule } from "../support/fake-modules.ts";

const PROFILES = {
  redis: { traits: { locality: "shared", durable: false }, logLeaseMs: "network" },
  s3: { traits: { locality: "shared", durable: true }, logLeaseMs: "network" },
  disk: { traits: { locality: "machine", durable: true }, logLeaseMs: 200 },
  plain: { traits: { locality: "shared", durable: true } },
} as const satisfies Record<string, BackendProfile>;

type Name = keyof typeof PROFILES;

async function truthOf(
  names: readonly Name[],
  lease_ms?: number,
): Promise<TruthSummary | undefined> {
  const backends = Object.fromEntries(
    names.map((name) => [name, fakeModule(name, { profile: PROFILES[name] })]),
  );
  const tiers = Object.fromEntries(names.map((name) => [`tier_${name}`, { backend: name }]));
  const coherence = { lease_ms };
  const check = await checkConfig({ config: { caching: { tiers, coherence } }, backends });
  return check.ok ? check.summary.truth : undefined;
}

describe("whose log is the truth", () => {
  test.each([
    [["redis", "disk", "s3"], "tier_s3", 5000],
    [["s3", "redis"], "tier_s3", 5000],
    [["redis", "disk"], "tier_redis", 5000],
    [["disk"], "tier_disk", 200],
    [["disk", "plain"], "tier_disk", 200],
    [["plain"], null, 0],
  ] as const satisfies readonly (readonly [readonly Name[], string | null, number])[])(
    "of %j it is %s, D %i ms",
    async (names, tier, leaseMs) => {
      expect(await truthOf(names)).toMatchObject({ tier, leaseMs });
    },
  );

  test("why, and what an acknowledged invalidation waited for", async () => {
    expect(await truthOf(["redis", "disk", "s3"], 700)).toEqual({
      tier: "tier_s3",
      backend: "s3",
      leaseMs: 700,
      why: 'seen by all nodes, durable; chosen over "tier_redis" (seen by all nodes, not durable) and "tier_disk" (seen by this machine, durable)',
      acknowledged: expect.stringContaining("at the latest 700 ms later"),
    });
  });

  test("a log that is less durable than what it speaks for is warned of", async () => {
    expect((await truthOf(["redis", "disk"]))?.warning).toContain('every copy in "tier_disk"');
    expect((await truthOf(["redis"]))?.warning).toBeUndefined();
    expect((await truthOf(["plain"]))?.warning).toContain("is not served");
  });
});

describe("the best one is down at start", () => {
  test("nothing is served from another tier's log, and no invalidation acknowledged on it", async () => {
    const clock = new FakeClock();
    const withLog = ({ traits }: BackendProfile): CacheBackend => ({
      ...entryBackend({ clock }),
      traits,
      log: { ...memoryLog(), leaseMs: 1000 },
    });
    const redis = fakeModule("redis", { profile: PROFILES.redis });
    redis.make = async () => withLog(PROFILES.redis);
    const s3 = downModule("s3", { profile: PROFILES.s3 });
    await using cache = await createCache({
      config: { caching: { tiers: { hot: { backend: "redis" }, cold: { backend: "s3" } } } },
      backends: { redis, s3 },
      clock,
      logger: recordingLogger(),
    });
    const acme = cache.forTenant("acme");
    const key = keys.transcription({ video: "v" });
    let computes = 0;
    for (const n of [1, 2]) expect(await acme.getOrCompute(key, () => ++computes)).toBe(n);
    await expect(acme.invalidate(key)).rejects.toMatchObject({ code: "tier_unavailable" });

    s3.make = async () => withLog(PROFILES.s3);
    await clock.advanceAndSettle(2000);
    expect(await acme.getOrCompute(key, () => ++computes)).toBe(3);
    expect(await acme.getOrCompute(key, () => ++computes)).toBe(3);
  });
});
