import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "@jest/globals";
import {
  faultLog,
  FaultScript,
  recordingTelemetry,
  settle,
  type RecordingTelemetry,
} from "@cogniverse/testkit";
import { METRICS } from "@cogniverse/sdk";
import { fleetLog } from "../support/fleet-log.ts";
import { setUp, type SetUp } from "../support/set-up.ts";

/** What is read by others than the cache manager: the telemetry itself, and leases, which nothing takes yet. */
const ELSEWHERE = ["cache.telemetry.dropped", "cache.telemetry.failures", "cache.lease.takeovers"];

type Attributes = Readonly<Record<string, string | number | boolean>>;
type Made = SetUp &
  Readonly<{
    telemetry: RecordingTelemetry;
    /** What the log is to fail with. */
    logFaults: FaultScript;
  }>;
type Case = Readonly<{
  /** Does what the instrument is to tell of. */
  move: (it: Made) => Promise<unknown>;
  /** Where it shall have moved. */
  at: Attributes;
  /** What it shall show then; left out: more than before. */
  shows?: number;
  /** It shows that from the beginning. */
  isConstant?: true;
}>;

const acme = { "tenant.id": "acme" };
const ofA = { ...acme, key_type: "a" };
const inDisk = { ...acme, tier: "disk" };
const top = { tiers: { disk: false } };
const fail = () => Promise.reject(new Error("no"));

/** A fill that takes 100 ms, then a hit of it in memory. */
async function fillAndHit({ acme: cache, clock }: SetUp): Promise<void> {
  const slow = (): number => {
    clock.advance(100);
    return 1234;
  };
  await cache.getOrCompute("a/1", slow);
  await cache.getOrCompute("a/1", slow);
}

const CASES: Readonly<Record<string, Case>> = {
  "cache.hits": { move: fillAndHit, at: { ...ofA, tier: "memory" }, shows: 1 },
  "cache.misses": { move: fillAndHit, at: { ...ofA, cause: "absent" }, shows: 1 },
  "cache.coalesced": {
    move: ({ acme: cache }) =>
      Promise.all([cache.getOrCompute("a/1", () => 1), cache.getOrCompute("a/1", () => 1)]),
    at: ofA,
    shows: 1,
  },
  "cache.computes": { move: fillAndHit, at: ofA, shows: 1 },
  "cache.compute.errors": {
    move: ({ acme: cache }) => cache.getOrCompute("a/1", fail).catch(() => undefined),
    at: ofA,
    shows: 1,
  },
  "cache.compute.time": { move: fillAndHit, at: ofA, shows: 100 },
  "cache.compute.saved": { move: fillAndHit, at: ofA, shows: 100 },
  "cache.served": { move: fillAndHit, at: ofA, shows: 4 },
  "cache.puts": { move: ({ acme: cache }) => cache.put("a/1", 1), at: acme, shows: 1 },
  "cache.invalidations": { move: ({ acme: cache }) => cache.delete("a/1"), at: acme, shows: 1 },
  "cache.writes": { move: fillAndHit, at: inDisk, shows: 1 },
  "cache.writes.refused": {
    move: ({ acme: cache, faults }) => {
      faults("disk").fail("putEntry");
      return cache.put("a/1", 1);
    },
    at: inDisk,
    shows: 1,
  },
  "cache.promotions": {
    move: async ({ acme: cache }) => {
      await cache.put("a/1", 1, { tiers: { memory: false } });
      await cache.get("a/1");
    },
    at: { ...acme, tier: "memory" },
    shows: 1,
  },
  "cache.demotions": {
    move: async ({ acme: cache, manager }) => {
      for (let i = 0; i < 4; i++) await cache.put(`demoted/${i}`, 1, top);
      await manager.flush();
    },
    at: inDisk,
    shows: 1,
  },
  // Nothing takes over what this family loses, and it counts all the same.
  "cache.evictions": {
    move: async ({ acme: cache }) => {
      for (let i = 0; i < 5; i++) await cache.put(`a/${i}`, 1, top);
    },
    at: { ...acme, tier: "memory", cause: "size" },
    shows: 2,
  },
  "cache.swept": {
    move: async ({ acme: cache, manager }) => {
      await cache.put("a/1", 1);
      await cache.invalidate({ kind: "tenant" });
      await manager.sweep("acme");
    },
    at: inDisk,
    shows: 1,
  },
  "cache.errors": {
    move: ({ acme: cache, faults }) => {
      faults("disk").fail("getEntry");
      return cache.get("a/1");
    },
    at: inDisk,
    shows: 1,
  },
  "cache.requests": { move: fillAndHit, at: { ...inDisk, operation: "get" }, shows: 1 },
  "cache.latency": { move: fillAndHit, at: { tier: "disk", operation: "get" } },
  "cache.invalidation.latency": {
    move: ({ acme: cache }) => cache.put("a/1", 1),
    at: { operation: "put" },
  },
  "cache.size": { move: fillAndHit, at: inDisk, shows: 4 },
  "cache.entries": { move: fillAndHit, at: inDisk, shows: 1 },
  "cache.used": { move: fillAndHit, at: { tier: "memory" } },
  "cache.capacity": { move: fillAndHit, at: { tier: "memory" }, shows: 256e6, isConstant: true },
  "cache.tier.down": {
    move: async ({ acme: cache, faults }) => {
      faults("disk").fail("getEntry", { times: 5 });
      for (let i = 0; i < 5; i++) await cache.get("a/1");
    },
    at: { tier: "disk" },
    shows: 1,
  },
  "cache.log.down": {
    move: async ({ acme: cache, clock, logFaults }) => {
      await cache.get("a/1");
      logFaults.fail("read", { times: Infinity });
      await clock.advanceAndSettle(300);
    },
    at: {},
    shows: 1,
  },
  "cache.log.age": {
    move: async ({ acme: cache, clock }) => {
      await cache.get("a/1");
      clock.advance(70);
    },
    at: {},
    shows: 70,
  },
  "cache.log.position": { move: ({ acme: cache }) => cache.delete("a/1"), at: {}, shows: 1 },
  "cache.log.acknowledged": {
    move: ({ acme: cache }) => cache.delete("a/1"),
    at: { by: "sessions" },
    shows: 1,
  },
  "cache.log.scopes": { move: ({ acme: cache }) => cache.delete("a/1"), at: {}, shows: 1 },
};

function make(): Made {
  const logFaults = new FaultScript();
  const telemetry = recordingTelemetry();
  const kinds = { memory: "memory", disk: "entry" } as const;
  const it = setUp(kinds, {
    telemetry,
    memory: { maxEntries: 3 },
    policies: { demoted: { demote: true } },
    figuresIntervalMs: 0,
    log: faultLog(fleetLog(), logFaults),
  });
  return { ...it, telemetry, logFaults };
}

/** The sum of what an instrument shows at these very attributes. Collected twice: the first may only set off asking. */
async function shown(telemetry: RecordingTelemetry, name: string, at: Attributes): Promise<number> {
  telemetry.collect(name);
  await settle(3);
  const same = (attributes: Attributes): boolean => isDeepStrictEqual(attributes, at);
  if (METRICS[name]?.kind === "histogram")
    return telemetry.histograms.filter((m) => m.name === name && same(m.attributes)).length;
  return telemetry
    .collect(name)
    .filter(({ attributes }) => same(attributes))
    .reduce((sum, { value }) => sum + value, 0);
}

describe("the catalogue of instruments", () => {
  const names = Object.keys(METRICS).filter((name) => !ELSEWHERE.includes(name));

  test("has a case here for each", () => {
    expect(names.filter((name) => CASES[name] === undefined)).toEqual([]);
    expect(Object.keys(CASES).filter((name) => METRICS[name] === undefined)).toEqual([]);
  });

  test.each(names)("%s moves", async (name) => {
    const { move, at, shows, isConstant = false } = CASES[name] ?? { move: fail, at: {} };
    const it = make();
    const before = await shown(it.telemetry, name, at);
    await move(it);
    const after = await shown(it.telemetry, name, at);
    expect(after).toBeGreaterThan(isConstant ? -Infinity : before);
    expect(after).toBe(shows ?? after);
    await it.manager.close();
    expect(it.telemetry.collect(name)).toEqual([]);
  });

  test("nothing is counted under a name that it does not have", async () => {
    const told = new Set<string>();
    const telemetry = recordingTelemetry();
    const observe = telemetry.observe.bind(telemetry);
    telemetry.observe = (name, read) => {
      told.add(name);
      return observe(name, read);
    };
    await setUp({ memory: "memory" }, { telemetry }).manager.close();
    expect([...told].filter((name) => METRICS[name] === undefined)).toEqual([]);
  });
});
