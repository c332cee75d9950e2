import { expect, test } from "@jest/globals";
import { recordingTelemetry, settle } from "@cogniverse/testkit";
import { setUp } from "../support/set-up.ts";

function traced() {
  const telemetry = recordingTelemetry();
  const it = setUp({ cold: "entry" }, { telemetry });
  const named = (name: string) => telemetry.spans.filter((span) => span.name === name);
  return { ...it, telemetry, named };
}

test("reads that join a compute have spans of their own, which link to it", async () => {
  const { acme, manager, named } = traced();
  const gate = Promise.withResolvers<number>();
  const reads = Array.from({ length: 3 }, () => acme.getOrCompute("notes/1", () => gate.promise));
  await settle(2);
  gate.resolve(1);
  await Promise.all(reads);
  const [compute] = named("cache.compute");
  const gets = named("cache.get");
  expect(named("cache.compute")).toHaveLength(1);
  expect(gets.map((s) => s.attributes["cache.coalesced"])).toEqual([false, true, true]);
  expect(gets.map((s) => s.attributes["cache.hit"])).toEqual(["miss", "miss", "miss"]);
  expect(gets.map((s) => s.links)).toEqual([[], [compute], [compute]]);
  expect(gets.every((s) => s.ended)).toBe(true);
  expect(await acme.stats()).toMatchObject({ hits: 0, misses: 3, coalesced: 2 });
  await manager.close();
});

test("reads that join a look-up which finds it link to the read that looked", async () => {
  const { acme, manager, named } = traced();
  await acme.put("notes/1", 1);
  const reads = [1, 2].map(() => acme.getOrCompute("notes/1", () => 2));
  expect(await Promise.all(reads)).toEqual([1, 1]);
  const gets = named("cache.get");
  const [own, joined] = ["false", "true"].map((is) =>
    gets.find((s) => String(s.attributes["cache.coalesced"]) === is),
  );
  expect(joined?.links).toEqual([own]);
  expect(joined?.attributes["cache.hit"]).toBe("cold");
  await manager.close();
});

test("the read that began may leave: the others link to the compute, which ends when it is over", async () => {
  const { acme, manager, named } = traced();
  const gate = Promise.withResolvers<number>();
  const controller = new AbortController();
  const { signal } = controller;
  const first = acme.getOrCompute("notes/1", () => gate.promise, { signal });
  const second = acme.getOrCompute("notes/1", () => 2);
  await settle(2);
  controller.abort("gone");
  await expect(first).rejects.toBe("gone");
  const [leader] = named("cache.get");
  expect(leader).toMatchObject({ ended: true, errors: ["gone"] });
  expect(named("cache.compute")).toMatchObject([{ ended: false }]);
  gate.resolve(1);
  expect(await second).toBe(1);
  const [compute] = named("cache.compute");
  expect(compute).toMatchObject({ ended: true, errors: [], attributes: { "cache.stored": true } });
  expect(compute?.parent).toBe(leader);
  expect(named("cache.get")[1]).toMatchObject({ ended: true, links: [compute] });
  await manager.close();
});

test("it may leave before anything was found; what comes later is still its child", async () => {
  const { acme, manager, named, faults } = traced();
  const gate = faults("cold").pause("getEntry");
  const controller = new AbortController();
  const { signal } = controller;
  const first = acme.getOrCompute("notes/1", () => 1, { signal });
  const second = acme.getOrCompute("notes/1", () => 2);
  await settle(2);
  controller.abort("gone");
  await expect(first).rejects.toBe("gone");
  gate.release();
  expect(await second).toBe(1);
  const [leader, joiner] = named("cache.get");
  const [compute] = named("cache.compute");
  expect(leader?.attributes).toMatchObject({ "cache.hit": "miss", "cache.miss_cause": "failed" });
  expect(compute).toMatchObject({ ended: true, parent: leader });
  expect(joiner?.links).toEqual([compute]);
  await manager.close();
});

test.each(["the last caller leaves", "the cache is closed"])(
  "a compute that ignores its abort leaves no span open when %s",
  async (how) => {
    const { acme, manager, named } = traced();
    const controller = new AbortController();
    const { signal } = controller;
    const never = new Promise<never>(() => undefined);
    const read = acme.getOrCompute("notes/1", () => never, { signal });
    const over = Promise.allSettled([read]);
    await settle(2);
    if (how === "the cache is closed") await manager.close();
    else controller.abort("gone");
    expect(await over).toMatchObject([{ status: "rejected" }]);
    expect(named("cache.compute")).toMatchObject([{ ended: true, errors: [expect.anything()] }]);
    expect(named("cache.get")).toMatchObject([{ ended: true, errors: [expect.anything()] }]);
    await manager.close();
  },
);

test("a read that joined what was invalidated meanwhile and computed for itself shared nothing", async () => {
  const { acme, manager, named } = traced();
  const gate = Promise.withResolvers<number>();
  const first = acme.getOrCompute("notes/1", () => gate.promise);
  await settle(2);
  const second = acme.getOrCompute("notes/1", () => 2);
  await acme.delete("notes/1");
  gate.resolve(1);
  expect([await first, await second]).toEqual([1, 2]);
  expect(named("cache.get").map((s) => s.attributes["cache.coalesced"])).toEqual([false, false]);
  expect(named("cache.get").map((s) => s.links)).toEqual([[], []]);
  expect(await acme.stats()).toMatchObject({ misses: 2, coalesced: 0, computes: 2 });
  await manager.close();
});
