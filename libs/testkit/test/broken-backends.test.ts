import { describe, expect, test } from "@jest/globals";
import {
  backendContract,
  type BackendContractOptions,
  logContract,
  memoryLog,
} from "@cogniverse/testkit";
import { brokenCapabilities } from "./broken/capabilities.ts";
import { brokenClosing } from "./broken/closing.ts";
import { brokenConcurrency } from "./broken/concurrency.ts";
import { brokenEntries } from "./broken/entries.ts";
import { brokenEvictions } from "./broken/evictions.ts";
import { brokenListing } from "./broken/listing.ts";
import { brokenPlainCalls } from "./broken/plain-calls.ts";
import { brokenResidents } from "./broken/residents.ts";
import { brokenTtl } from "./broken/ttl.ts";
import { brokenLogs } from "./broken/logs.ts";
import { collectingRunner } from "./collecting-runner.ts";
import { everything, fullBackend } from "./full-backend.ts";

const brokenBackends = [
  ...brokenPlainCalls,
  ...brokenTtl,
  ...brokenListing,
  ...brokenConcurrency,
  ...brokenEntries,
  ...brokenCapabilities,
  ...brokenResidents,
  ...brokenEvictions,
  ...brokenClosing,
];

const every: BackendContractOptions = {
  ...everything,
  largestBytes: 1000,
  listedKeys: 300,
};

describe("a backend that breaks one rule is caught by the rule", () => {
  test.each(brokenBackends.map((b) => [b.fault, b] as const))("%s", async (_fault, broken) => {
    const runner = collectingRunner();
    const make = (maxEntries?: number): ReturnType<typeof fullBackend> => {
      const fixture = fullBackend(maxEntries === undefined ? {} : { maxEntries });
      return { ...fixture, backend: broken.breakIt(fixture.backend, fixture) };
    };
    backendContract(runner, "broken", () => make(), { ...every, bounded: () => make(100) });
    expect(await runner.failing(broken.rule)).toEqual([broken.rule]);
  });
});

describe("a log that breaks one rule is caught by the rule", () => {
  test.each(brokenLogs.map((b) => [b.fault, b] as const))("%s", async (_fault, broken) => {
    const runner = collectingRunner();
    logContract(runner, "broken", () => ({ log: broken.breakIt(memoryLog()) }));
    expect(await runner.failing(broken.rule)).toEqual([broken.rule]);
  });
});

describe("the suite of what breaks no rule", () => {
  test("has no failing rule", async () => {
    const runner = collectingRunner();
    backendContract(runner, "honest", () => fullBackend(), every);
    expect(await runner.failing()).toEqual([]);
  });
});
