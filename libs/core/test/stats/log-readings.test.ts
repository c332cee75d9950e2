import { expect, test } from "@jest/globals";
import { faultLog, FaultScript, recordingTelemetry } from "@cogniverse/testkit";
import { MemoryLog } from "@cogniverse/core";
import { fleetLog } from "../support/fleet-log.ts";
import { setUp } from "../support/set-up.ts";

test("a cache tells of its log from the first read on: 0, 1 while it cannot be read, and 0 again", async () => {
  const telemetry = recordingTelemetry();
  const faults = new FaultScript();
  const log = faultLog(fleetLog(), faults);
  const { acme, manager, clock } = setUp({ disk: "entry" }, { telemetry, log });
  const down = (): readonly number[] =>
    telemetry.collect("cache.log.down").map(({ value }) => value);
  expect(down()).toEqual([]);
  await acme.get("a/1");
  expect(down()).toEqual([0]);
  {
    using _ = faults.fail("read", { times: Infinity });
    await clock.advanceAndSettle(300);
    expect(down()).toEqual([1]);
  }
  await clock.advanceAndSettle(300);
  expect(down()).toEqual([0]);
  await manager.close();
});

test("of two caches of one process, whose figures add up, one that cannot read its log shows", async () => {
  const telemetry = recordingTelemetry();
  const faults = new FaultScript();
  const one = setUp({ disk: "entry" }, { telemetry, log: faultLog(fleetLog(), faults) });
  const other = setUp({ disk: "entry" }, { telemetry, log: new MemoryLog("own") });
  const down = (): number =>
    telemetry.collect("cache.log.down").reduce((sum, { value }) => sum + value, 0);
  for (const { acme } of [one, other]) await acme.get("a/1");
  expect(down()).toBe(0);
  using _ = faults.fail("read", { times: Infinity });
  await one.clock.advanceAndSettle(300);
  expect(down()).toBe(1);
  for (const { manager } of [one, other]) await manager.close();
});
