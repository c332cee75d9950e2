import { describe, expect, test } from "@jest/globals";
import { CacheManager, type CacheManagerOptions, type TierOptions } from "@cogniverse/core";
import { mapBackend } from "@cogniverse/testkit";

const tier = (more: Partial<TierOptions> = {}): TierOptions => ({
  name: "a",
  backend: mapBackend(),
  ...more,
});
const made = (options: Partial<CacheManagerOptions>) => () =>
  new CacheManager({ tiers: [tier()], ...options });

describe("options that cannot work are refused before anything is touched", () => {
  test.each<[string, Partial<CacheManagerOptions>]>([
    ["not a number", { tiers: [tier({ name: "7" })] }],
    ["not empty", { tiers: [tier({ name: "" })] }],
    ['Two tiers are called "a"', { tiers: [tier(), tier()] }],
    ['No tier can be called "constructor"', { tiers: [tier({ name: "constructor" })] }],
    [
      'The policy "notes" names the tier "b"; there are a',
      { policies: { notes: { tiers: { b: true } } } },
    ],
    ['The policy "default" names the tier "b"', { defaultPolicy: { tiers: { b: false } } }],
    ['names the tier "b"', { tenants: { acme: { policies: { notes: { tiers: { b: true } } } } } }],
    ["policies.notes.ttl is 0", { policies: { notes: { ttl: 0 } } }],
    ["defaultPolicy.ttl is NaN", { defaultPolicy: { ttl: Number.NaN } }],
    [
      "tenants.acme.policies.notes.ttl is -1",
      { tenants: { acme: { policies: { notes: { ttl: -1 } } } } },
    ],
    ["policies.notes.maxValueBytes is NaN", { policies: { notes: { maxValueBytes: Number.NaN } } }],
    [
      "policies.notes.compressAboveBytes is -1",
      { policies: { notes: { compressAboveBytes: -1 } } },
    ],
    ["backgroundLimit is 0", { backgroundLimit: 0 }],
    ["coherenceWaitMs is 0", { coherenceWaitMs: 0 }],
    ["figuresIntervalMs is -1", { figuresIntervalMs: -1 }],
    ['Tier "a": timeLimitMs is 0', { tiers: [tier({ timeLimitMs: 0 })] }],
    ['Tier "a": breakerFailures is 0', { tiers: [tier({ breakerFailures: 0 })] }],
    ['Tier "a": breakerPauseMs is -1', { tiers: [tier({ breakerPauseMs: -1 })] }],
  ])("%s", (message, options) => {
    expect(made(options)).toThrow(message);
    expect(made(options)).toThrow(expect.objectContaining({ code: "invalid_config" }));
  });

  test("a tenant that could never call", () => {
    expect(made({ tenants: { "a/b": {} } })).toThrow(
      expect.objectContaining({ code: "invalid_tenant" }),
    );
  });

  test("what is left out or undefined has its default", async () => {
    const nothing = {
      backgroundLimit: undefined,
      policies: undefined,
      tenants: { acme: {} },
      log: undefined,
    };
    await using cache = made({
      ...nothing,
      policies: { notes: { ttl: null, compressAboveBytes: false, maxValueBytes: 0 } },
    })();
    expect(await cache.getOrCompute("notes/1", "acme", () => 1)).toBe(1);
    expect(await cache.exists("notes/1", "acme")).toBe(false);
  });
});

describe("the log", () => {
  test("that was given wins over those of the tiers", async () => {
    const { MemoryLog } = await import("@cogniverse/core");
    const own = { ...mapBackend(), log: new MemoryLog("of the tier") };
    await using first = new CacheManager({ tiers: [tier({ backend: own })] });
    await using second = new CacheManager({
      tiers: [tier({ backend: own })],
      log: new MemoryLog("given"),
    });
    expect((await first.stats("acme")).log.logId).toBe("of the tier");
    expect((await second.stats("acme")).log.logId).toBe("given");
  });

  test("is that of the most widely shared tier, the durable one among equals", async () => {
    const { MemoryLog } = await import("@cogniverse/core");
    const at = (
      name: string,
      locality: "process" | "machine" | "shared",
      durable: boolean,
    ): TierOptions => ({
      name,
      backend: { ...mapBackend({ traits: { locality, durable } }), log: new MemoryLog(name) },
    });
    const tiers = [
      at("memory", "process", false),
      at("disk", "machine", true),
      at("redis", "shared", false),
      at("s3", "shared", true),
    ];
    for (const [count, expected] of [
      [1, "memory"],
      [2, "disk"],
      [3, "redis"],
      [4, "s3"],
    ] as const) {
      await using cache = new CacheManager({ tiers: tiers.slice(0, count) });
      expect((await cache.stats("acme")).log.logId).toBe(expected);
    }
  });
});
