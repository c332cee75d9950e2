import { expect, test } from "@jest/globals";
import { recordingTelemetry } from "@cogniverse/testkit";
import { setUp } from "../support/set-up.ts";

test("of hits in memory one in 512 is timed, and each counts once", async () => {
  const telemetry = recordingTelemetry();
  telemetry.recording = false;
  const { acme, manager } = setUp({ memory: "memory" }, { telemetry });
  await acme.put("a/1", 1);
  for (let i = 0; i < 1025; i++) await acme.get("a/1");
  const timed = telemetry.histograms.filter(({ name }) => name === "cache.latency");
  expect(timed).toHaveLength(3);
  expect(timed[0]).toMatchObject({
    tenantId: "acme",
    attributes: { tier: "memory", operation: "get" },
  });
  expect(await acme.stats()).toMatchObject({ hits: 1025, servedBytes: 1025 });
  await manager.close();
});

test("every call into a tier is timed under its operation, also one that fails", async () => {
  const telemetry = recordingTelemetry();
  const { acme, manager, clock, faults } = setUp({ disk: "entry" }, { telemetry });
  const gate = faults("disk").pause("getEntry");
  const read = acme.getOrCompute("a/1", () => 1);
  await gate.reached;
  clock.advance(40);
  gate.release();
  await read;
  faults("disk").fail("headEntry");
  await acme.exists("a/1");
  await acme.listKeys("");
  await acme.delete("a/1");
  await manager.flush();
  await acme.stats();
  const timed = telemetry.histograms.filter(({ name }) => name === "cache.latency");
  expect(timed.map(({ attributes }) => attributes["operation"])).toEqual([
    "get",
    "put",
    "head",
    "scan",
    "head",
    "delete",
    "stats",
  ]);
  expect(timed[0]?.value).toBe(40);
  const { requests } = (await acme.stats()).tiers[0] ?? {};
  expect(requests).toEqual({ get: 1, put: 1, head: 2, scan: 1, delete: 1, stats: 2 });
  await manager.close();
});

test("a call that an open breaker keeps back is neither timed nor paid for", async () => {
  const telemetry = recordingTelemetry();
  const { acme, manager, faults } = setUp({ disk: "entry" }, { telemetry });
  faults("disk").fail("getEntry", { times: 5 });
  for (let i = 0; i < 9; i++) await acme.get("a/1");
  expect(telemetry.histograms).toHaveLength(5);
  expect((await acme.stats()).tiers[0]).toMatchObject({ requests: { get: 5 } });
  await manager.close();
});

test("nothing is recorded while nobody measures, and acknowledgements tell their time all the same", async () => {
  const telemetry = recordingTelemetry();
  telemetry.measuring = false;
  const { acme, manager } = setUp({ memory: "memory", disk: "entry" }, { telemetry });
  expect(await acme.put("a/1", 1)).toMatchObject({ elapsedMs: 0 });
  for (let i = 0; i < 600; i++) await acme.get("a/1");
  expect(telemetry.histograms).toEqual([]);
  await manager.close();
});

test("a put, a delete and an invalidation are timed from the call to the acknowledgement", async () => {
  const telemetry = recordingTelemetry();
  const { acme, manager } = setUp({ disk: "entry" }, { telemetry });
  await acme.put("a/1", 1);
  await acme.delete("a/1");
  await acme.invalidate({ kind: "tenant" });
  const told = telemetry.histograms.filter(({ name }) => name === "cache.invalidation.latency");
  expect(told.map(({ attributes }) => attributes["operation"])).toEqual([
    "put",
    "invalidate",
    "invalidate",
  ]);
  await manager.close();
});
