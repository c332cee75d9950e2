import { expect, test } from "@jest/globals";
import {
  entryBackend,
  faultBackend,
  FaultScript,
  recordingTelemetry,
  settle,
} from "@cogniverse/testkit";
import { CacheManager } from "@cogniverse/core";
import { setUp } from "../support/set-up.ts";

test("no collector waits for a tier, and a tier is asked once in an interval, and only while somebody collects", async () => {
  const telemetry = recordingTelemetry();
  const { acme, manager, clock, faults } = setUp({ disk: "entry" }, { telemetry });
  const asked = (): number => faults("disk").count("getStats");
  const bytes = (): readonly number[] => telemetry.collect("cache.size").map(({ value }) => value);
  await acme.put("a/1", 1);
  await clock.advanceAndSettle(600_000);
  expect(asked()).toBe(0);
  const gate = faults("disk").pause("getStats");
  expect(bytes()).toEqual([]);
  await gate.reached;
  expect(bytes()).toEqual([]);
  gate.release();
  await settle(3);
  expect(bytes()).toEqual([1]);
  await acme.put("a/2", 1);
  await clock.advanceAndSettle(59_999);
  for (let i = 0; i < 10; i++) expect(bytes()).toEqual([1]);
  expect(asked()).toBe(1);
  await clock.advanceAndSettle(1);
  expect(bytes()).toEqual([1]);
  await settle(3);
  expect(bytes()).toEqual([2]);
  expect(asked()).toBe(2);
  await manager.close();
});

test("a shared tier and one that does not say where it is are never asked", async () => {
  const telemetry = recordingTelemetry();
  const script = new FaultScript();
  const shared = entryBackend({ traits: { locality: "shared", durable: true } });
  const manager = new CacheManager({
    telemetry,
    tiers: [
      { name: "far", backend: faultBackend(shared, script) },
      { name: "plain", backend: faultBackend(entryBackend(), script) },
    ],
  });
  await manager.put("a/1", 1, "acme");
  for (let i = 0; i < 3; i++) {
    telemetry.collect("cache.size");
    await settle(3);
  }
  expect(script.count("getStats")).toBe(0);
  await manager.close();
});

test("of a tier that is down nothing is told, and closing ends the asking", async () => {
  const telemetry = recordingTelemetry();
  const options = { telemetry, figuresIntervalMs: 0 };
  const { acme, manager, faults } = setUp({ disk: "entry" }, options);
  await acme.put("a/1", 1);
  telemetry.collect("cache.entries");
  await settle(3);
  faults("disk").fail("getStats");
  expect(telemetry.collect("cache.entries")).toHaveLength(1);
  await settle(3);
  const gate = faults("disk").pause("getStats");
  expect(telemetry.collect("cache.entries")).toEqual([]);
  await gate.reached;
  await manager.close();
});
