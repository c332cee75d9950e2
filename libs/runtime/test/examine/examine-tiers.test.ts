import { expect, test } from "@jest/globals";
import { type BackendModule, CacheError } from "@cogniverse/sdk";
import { FakeClock } from "@cogniverse/testkit";
import { ConfigError, diagnose, examineTiers } from "../../src/index.ts";
import { fakeModule } from "../support/fake-modules.ts";

const seen = { findings: [], changes: [] };

function looking(examine: NonNullable<BackendModule["examine"]>): BackendModule {
  return fakeModule("fake", { examine });
}

test("all tiers are looked at at once, and nothing is started", async () => {
  const running = new Set<string>();
  const both = Promise.withResolvers<void>();
  const fake = fakeModule("fake", {
    async examine(_options, { tier, networkLeaseMs }) {
      running.add(`${tier} ${networkLeaseMs}`);
      if (running.size === 2) both.resolve();
      await both.promise;
      return seen;
    },
  });
  const tiers = { a: { backend: "fake" }, b: { backend: "fake" }, c: { backend: "memory" } };
  const config = { caching: { tiers, coherence: { lease_ms: 700 } } };
  expect(await examineTiers({ config, backends: { fake } })).toEqual([
    { tier: "a", backend: "fake", state: "examined", examination: seen },
    { tier: "b", backend: "fake", state: "examined", examination: seen },
    { tier: "c", backend: "memory", state: "none" },
  ]);
  expect([...running]).toEqual(["a 700", "b 700"]);
  expect(fake.created).toEqual([]);
});

test("what concerns the log is told of the tier whose log is the truth alone", async () => {
  const finding = { check: "persistence", level: "warning", message: "none" } as const;
  const module = (locality: "machine" | "shared"): BackendModule =>
    fakeModule(locality, {
      profile: { traits: { locality, durable: true }, logLeaseMs: "network" },
      examine: async () => ({ findings: [{ ...finding, concerns: "log" }], changes: [] }),
    });
  const backends = { machine: module("machine"), shared: module("shared") };
  const tiers = { a: { backend: "machine" }, b: { backend: "shared" } };
  const config = { caching: { tiers } };
  const concerned = { examination: { findings: [finding] } };
  expect(await examineTiers({ config, backends })).toMatchObject([
    { tier: "a", examination: { findings: [] } },
    { tier: "b", ...concerned },
  ]);
  const { tiers: diagnosed } = await diagnose({ config, backends });
  const checks = diagnosed.map((t) => t.findings.some(({ check }) => check === "persistence"));
  expect(checks).toEqual([false, true]);
});

test.each([
  ["tier_unavailable", "unreachable"],
  ["auth", "unreachable"],
  ["invalid_config", "refused"],
] as const)("%s is an answer: %s", async (code, state) => {
  const fake = looking(() => Promise.reject(new CacheError(code, "because")));
  const config = { caching: { tiers: { a: { backend: "fake" } } } };
  expect(await examineTiers({ config, backends: { fake } })).toEqual([
    { tier: "a", backend: "fake", state, reason: "because" },
  ]);
});

test("who does not answer within 3 s is not waited for, and told to stop", async () => {
  const clock = new FakeClock();
  const asked = Promise.withResolvers<AbortSignal | undefined>();
  const fake = looking((_options, _context, call) => {
    asked.resolve(call?.signal);
    return Promise.withResolvers<never>().promise;
  });
  const config = { caching: { tiers: { a: { backend: "fake" } } } };
  const examining = examineTiers({ config, backends: { fake }, clock });
  const told = await asked.promise;
  await clock.advanceAndSettle(2999);
  expect(told?.aborted).toBe(false);
  await clock.advanceAndSettle(1);
  expect(await examining).toMatchObject([{ state: "unreachable" }]);
  expect(told?.aborted).toBe(true);
});

test("a wrong configuration is thrown", async () => {
  const config = { caching: { tiers: { a: { backend: "valky" } } } };
  await expect(examineTiers({ config })).rejects.toBeInstanceOf(ConfigError);
});
