import { describe, expect, test } from "@jest/globals";
import {
  backendContract,
  type BackendContractOptions,
  type BackendFixture,
  type LogContractOptions,
  type LogFixture,
  logContract,
} from "@cogniverse/testkit";
import { brokenCapabilities } from "./broken/capabilities.ts";
import { brokenClosing } from "./broken/closing.ts";
import { brokenConcurrency } from "./broken/concurrency.ts";
import { brokenEntries } from "./broken/entries.ts";
import { brokenEvictions } from "./broken/evictions.ts";
import { brokenListing } from "./broken/listing.ts";
import { brokenPlainCalls } from "./broken/plain-calls.ts";
import { brokenPurges } from "./broken/purges.ts";
import { brokenResidents } from "./broken/residents.ts";
import { brokenTtl } from "./broken/ttl.ts";
import { brokenFailures } from "./broken/failures.ts";
import { brokenStorage } from "./broken/storage.ts";
import { brokenStreams } from "./broken/streams.ts";
import { brokenLogs } from "./broken/logs.ts";
import { collectingRunner } from "./collecting-runner.ts";
import { fullLog } from "./full/full-log.ts";
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
  ...brokenStreams,
  ...brokenStorage,
  ...brokenFailures,
  ...brokenPurges,
];

const LOG: LogContractOptions = {
  hooks: ["close", "reopen", "another", "forget", "loseAnswer"],
  configurableLease: true,
};

const every: BackendContractOptions = {
  ...everything,
  largestBytes: 1000,
  listedKeys: 300,
};

describe("a backend that breaks one rule is caught by the rule", () => {
  test.each(brokenBackends.map((b) => [b.fault, b] as const))("%s", async (_fault, broken) => {
    const runner = collectingRunner();
    const make = (maxEntries?: number): BackendFixture => {
      const fixture = fullBackend(maxEntries === undefined ? {} : { maxEntries });
      const backend = broken.breakIt?.(fixture.backend, fixture) ?? fixture.backend;
      return broken.breakFixture?.({ ...fixture, backend }) ?? { ...fixture, backend };
    };
    const options = { ...every, bounded: () => make(100), ...broken.options };
    backendContract(runner, "broken", () => make(), options);
    expect(await runner.failing(broken.rule)).toEqual([broken.rule]);
  });
});

describe("a log that breaks one rule is caught by the rule", () => {
  test.each(brokenLogs.map((b) => [b.fault, b] as const))("%s", async (_fault, broken) => {
    const runner = collectingRunner();
    const make = (): LogFixture => {
      const fixture = broken.make?.() ?? fullLog();
      return { ...fixture, log: broken.breakIt?.(fixture.log) ?? fixture.log };
    };
    logContract(runner, "broken", make, { ...LOG, ...broken.options });
    expect(await runner.failing(broken.rule)).toEqual([broken.rule]);
  });
});

describe("the suite", () => {
  test("has no rule that fails for what breaks none", async () => {
    const runner = collectingRunner();
    backendContract(runner, "honest", () => fullBackend(), every);
    expect(await runner.failing()).toEqual([]);
  });

  test("has no rule without a backend or log that breaks it", () => {
    const runner = collectingRunner();
    backendContract(runner, "honest", () => fullBackend(), every);
    const caught = new Set([...brokenBackends, ...brokenLogs].map(({ rule }) => rule));
    expect(runner.names.filter((name) => !caught.has(name))).toEqual([]);
  });

  test("has no rule of a hook, a kind or a failure that is not claimed", () => {
    const runner = collectingRunner();
    const { capabilities } = every;
    backendContract(runner, "bare", () => fullBackend(), { capabilities, bounded: fullBackend });
    const claimed =
      /two nodes|wiped|opened again|lost|the D of|a copy that is|rejects with `|no rest/;
    expect(runner.names.filter((name) => claimed.test(name))).toEqual([
      "close can be called twice, and what is called after it rejects with `closed`",
      "after close every call rejects with `closed`",
    ]);
  });
});
