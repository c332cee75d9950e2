import { describe, expect, test } from "@jest/globals";
import { backendModule, memoryBackend } from "../src/index.ts";
import { makeTier, newcomer } from "./make-tier.ts";
import { FakeClock, recordingLogger, recordingTelemetry, seededRandom } from "@cogniverse/testkit";

const names = ["max_size_mb", "max_entries", "default_ttl", "max_value_share", "max_tenant_share"];

test("a configuration gives options in bytes and seconds", () => {
  const config = {
    max_size_mb: 0.5,
    max_entries: 10,
    default_ttl: null,
    max_value_share: 1,
    max_tenant_share: 0.5,
  };
  expect(backendModule.parse(config)).toEqual({
    ok: true,
    options: {
      maxBytes: 500_000,
      maxEntries: 10,
      defaultTtl: null,
      maxValueShare: 1,
      maxTenantShare: 0.5,
    },
  });
  expect(backendModule.parse(undefined)).toEqual({ ok: true, options: {} });
});

test("everything that is wrong is told at once, with the valid names", () => {
  const parsed = backendModule.parse({
    max_size_gb: 1,
    max_entries: 1.5,
    default_ttl: 0,
    max_tenant_share: "half",
  });
  expect(parsed).toEqual({
    ok: false,
    problems: [
      { path: ["max_size_gb"], message: "is not a setting of this tier", expected: names },
      { path: ["max_entries"], message: "must be a whole number from 1 to 16000000" },
      { path: ["default_ttl"], message: expect.stringContaining("null for no expiry") },
      { path: ["max_tenant_share"], message: "must be a number above 0, at most 1" },
    ],
  });
});

test.each([[[]], ["256mb"], [3]])("%j is no mapping of settings", (config) => {
  expect(backendModule.parse(config)).toMatchObject({ ok: false, problems: [{ path: [] }] });
});

test("a name out of Object.prototype is unknown like any other", () => {
  expect(backendModule.parse(JSON.parse('{"constructor": 1, "__proto__": 2}'))).toMatchObject({
    ok: false,
    problems: [{ path: ["constructor"] }, { path: ["__proto__"] }],
  });
});

test("the schema names the settings that parse takes", () => {
  expect(Object.keys(Object(backendModule.jsonSchema["properties"]))).toEqual(names);
});

test("options given in code are refused with all their problems", () => {
  const context = { clock: new FakeClock(), logger: recordingLogger() };
  expect(() => memoryBackend({ maxBytes: -1, maxValueShare: 2 }, context)).toThrow(
    expect.objectContaining({
      code: "invalid_config",
      message: expect.stringMatching(/maxBytes.*maxValueShare/),
    }),
  );
});

test("the module makes a tier", async () => {
  const context = {
    tier: "memory",
    clock: new FakeClock(),
    random: seededRandom(1),
    logger: recordingLogger(),
    telemetry: recordingTelemetry(),
  };
  const tier = await backendModule.create({}, context);
  expect(tier.traits).toEqual({ locality: "process", durable: false });
});

describe("each setting changes what the tier does", () => {
  const entriesAfter = (options: Parameters<typeof makeTier>[0], length = 10): number => {
    const { tier } = makeTier(options);
    const space = tier.residents.space("acme");
    const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
    for (const key of keys) space.insert(newcomer(key, { length }));
    return keys.filter((key) => space.find(key) !== undefined).length;
  };

  test("none", () => expect(entriesAfter({})).toBe(100));
  test("max_size_mb", () => expect(entriesAfter({ maxBytes: 40_000 })).toBeLessThan(60));
  test("max_entries", () => expect(entriesAfter({ maxEntries: 7 })).toBe(7));
  test("max_tenant_share", () =>
    expect(entriesAfter({ maxEntries: 10, maxTenantShare: 0.3 })).toBe(3));
  test("max_value_share", () =>
    expect(entriesAfter({ maxBytes: 1e6, maxValueShare: 0.0001 })).toBe(0));
});
