import { describe, expect, test } from "@jest/globals";
import { keys } from "@cogniverse/core";
import { type BackendModule, CacheError, type CacheBackend } from "@cogniverse/sdk";
import { FakeClock, entryBackend, mapBackend, recordingLogger } from "@cogniverse/testkit";
import { type CacheConfig, ConfigError, createCache } from "../src/index.ts";
import { downModule, fakeModule } from "./support/fake-modules.ts";
import { isSettled } from "./support/is-settled.ts";
import { withYaml } from "./support/check-yaml.ts";

const key = keys.transcription({ video: "v1" });
const MEMORY = { caching: { tiers: { memory: { backend: "memory" } } } } as const;

/** Backends that count how often they are closed. */
function closing(name: string): { module: BackendModule; closed: () => number } {
  let closed = 0;
  const module = fakeModule(name);
  module.make = async () => ({
    ...mapBackend(),
    [Symbol.asyncDispose]: async () => void (closed += 1),
  });
  return { module, closed: () => closed };
}

describe("createCache", () => {
  test("gives a cache that keeps what it computed", async () => {
    await using cache = await createCache({ config: MEMORY });
    const acme = cache.forTenant("acme");
    expect(await acme.getOrCompute(key, () => ({ text: "hello" }))).toEqual({ text: "hello" });
    expect(await acme.getWithInfo(key)).toMatchObject({ hit: true, tier: "memory" });
    expect(cache.report).toEqual({
      enabled: true,
      degraded: false,
      tiers: [
        {
          name: "memory",
          backend: "memory",
          package: "@cogniverse/cache-memory",
          state: "up",
          attempts: 1,
        },
      ],
    });
    expect(cache.config.tiers).toMatchObject([{ name: "memory", options: {} }]);
  });

  test("reads a file, with its variables", async () => {
    const text =
      "caching:\n  tiers:\n    near: { backend: memory }\n    far: { backend: fake, config: { at: '${AT}' } }\n";
    const fake = fakeModule("fake");
    await withYaml(text, async (configPath) => {
      const env = { AT: "here" };
      await using cache = await createCache({ configPath, backends: { fake }, env });
      expect(cache.report.tiers.map((tier) => tier.name)).toEqual(["near", "far"]);
      expect(fake.created).toEqual([{ at: "here" }]);
    });
  });

  test("takes modules directly: no package of that name need exist", async () => {
    const mine = fakeModule("mine");
    const config = { caching: { tiers: { only: { backend: "no-such-package" } } } };
    await using cache = await createCache({ config, backends: { "no-such-package": mine } });
    expect(cache.report.tiers).toEqual([
      { name: "only", backend: "no-such-package", state: "up", attempts: 1 },
    ]);
  });

  test("switched off only computes, and asks for no backend", async () => {
    const fake = downModule("fake");
    const config: CacheConfig = {
      caching: {
        enabled: false,
        tiers: { hot: { backend: "not-installed" }, cold: { backend: "fake" } },
      },
    };
    await using cache = await createCache({ config, backends: { fake } });
    const acme = cache.forTenant("acme");
    let computes = 0;
    for (const n of [1, 2]) expect(await acme.getOrCompute(key, () => ++computes)).toBe(n);
    expect(fake.created).toEqual([]);
    expect(cache.report).toEqual({ enabled: false, degraded: false, tiers: [] });
  });

  test("refuses a wrong configuration with everything that is wrong", async () => {
    const caching = {
      tiers: { hot: { backend: "@acme/valky" } },
      policies: { frames: { cold: true } },
    };
    const error: unknown = await createCache({ config: { caching } }).catch((e: unknown) => e);
    expect(ConfigError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      problems: [
        { code: "unknown_name", path: "caching.policies.frames.cold" },
        { code: "missing_package", package: "@acme/valky" },
      ],
    });
    expect(String(error)).toContain("pnpm add @acme/valky");
  });

  test("closes its tiers with itself, once", async () => {
    const { module, closed } = closing("fake");
    const config = { caching: { tiers: { only: { backend: "fake" } } } };
    const cache = await createCache({ config, backends: { fake: module } });
    await cache.close();
    await cache.close();
    expect(closed()).toBe(1);
  });

  test("a backend that finds its configuration wrong only when it starts is a ConfigError too", async () => {
    const { module: good, closed } = closing("good");
    const bad = fakeModule("bad");
    bad.make = () => Promise.reject(new CacheError("invalid_config", "written by a later release"));
    const text =
      "caching:\n  tiers:\n    near: { backend: good }\n    far: { backend: bad, config: { at: x } }\n";
    await withYaml(text, async (configPath) => {
      await expect(createCache({ configPath, backends: { good, bad } })).rejects.toMatchObject({
        code: "invalid_config",
        problems: [{ message: "written by a later release", location: { line: 4, column: 34 } }],
      });
    });
    expect(closed()).toBe(1);
  });
});

describe("a tier that is down at start", () => {
  const config: CacheConfig = {
    caching: {
      tiers: { near: { backend: "near" }, far: { backend: "far", breaker_failures: 99 } },
    },
  };
  const near = (): BackendModule => {
    const module = fakeModule("near");
    module.make = async (_options, { clock }) => entryBackend({ clock });
    return module;
  };

  test("degrades, is reported by one line, and is tried again until it is there", async () => {
    const clock = new FakeClock();
    const logger = recordingLogger();
    const far = downModule("far");
    const backends = { near: near(), far };
    await using cache = await createCache({ config, backends, clock, logger });
    const acme = cache.forTenant("acme");
    expect(await acme.getOrCompute(key, () => "computed")).toBe("computed");
    expect(await acme.getWithInfo(key)).toMatchObject({ hit: true, tier: "near" });
    const other = keys.transcription({ video: "v2" });
    expect(await acme.getWithInfo(other)).toEqual({
      hit: false,
      causes: { near: "absent", far: "tier-down" },
    });
    expect(cache.report).toMatchObject({
      degraded: true,
      tiers: [{ state: "up" }, { state: "down", reason: "connect ECONNREFUSED far", attempts: 1 }],
    });
    await clock.advanceAndSettle(60_000);
    expect(far.created.length).toBeGreaterThan(3);
    expect(logger.lines.filter((line) => line.message.includes("down at start"))).toHaveLength(1);

    const backend = mapBackend({ clock, defaultTtl: 60 });
    far.make = async () => backend;
    await clock.advanceAndSettle(60_000);
    expect(cache.report).toMatchObject({ degraded: false, tiers: [{}, { state: "up" }] });
    expect(logger.lines.at(-1)).toMatchObject({ level: "info", fields: { tier: "far" } });
    await acme.getOrCompute(other, () => "kept");
    expect(await backend.exists(other.path, "acme")).toBe(true);
    // The tier's own lifetime, which nobody knew at start.
    expect(await acme.getWithInfo(other, { tiers: { near: false } })).toMatchObject({
      hit: true,
      value: "kept",
      tier: "far",
      remainingMs: 60_000,
    });
  });

  test("that does not answer is waited for 5 seconds, and taken in when it does", async () => {
    const clock = new FakeClock();
    const far = fakeModule("far");
    const { promise, resolve } = Promise.withResolvers<CacheBackend>();
    far.make = () => promise;
    const starting = createCache({
      config,
      backends: { near: near(), far },
      clock,
      logger: recordingLogger(),
    });
    await clock.advanceAndSettle(4999);
    expect(await isSettled(starting)).toBe(false);
    await clock.advanceAndSettle(1);
    await using cache = await starting;
    expect(cache.report.tiers[1]).toMatchObject({
      state: "down",
      reason: "it has not answered yet",
    });
    await clock.advanceAndSettle(600_000);
    expect(far.created).toHaveLength(1);
    resolve(mapBackend({ clock }));
    await clock.advanceAndSettle(0);
    expect(cache.report.degraded).toBe(false);
  });

  test("is no longer tried once the cache is closed, and closed if it comes then", async () => {
    const clock = new FakeClock();
    const down = downModule("far");
    const cache = await createCache({
      config,
      backends: { near: near(), far: down },
      clock,
      logger: recordingLogger(),
    });
    await cache.close();
    await clock.advanceAndSettle(600_000);
    expect(down.created).toHaveLength(1);

    const late = fakeModule("far");
    const { promise, resolve } = Promise.withResolvers<CacheBackend>();
    late.make = () => promise;
    const starting = createCache({
      config,
      backends: { near: near(), far: late },
      clock,
      logger: recordingLogger(),
    });
    await clock.advanceAndSettle(5000);
    await (await starting).close();
    let closed = 0;
    resolve({ ...mapBackend(), [Symbol.asyncDispose]: async () => void (closed += 1) });
    await clock.advanceAndSettle(0);
    expect(closed).toBe(1);
  });
});
