import { expect, test } from "@jest/globals";
import type { Entry } from "@cogniverse/sdk";
import { makeTier, newcomer } from "./make-tier.ts";

test("an evicted entry can be loaded while it is told, and not later", async () => {
  const { tier } = makeTier({ maxEntries: 1 });
  const loads: Promise<Entry | undefined>[] = [];
  const later: (() => Promise<Entry | undefined>)[] = [];
  tier.evictions.onEvict((eviction) => {
    expect(eviction).toMatchObject({ key: "a", tenantId: "acme", cause: "size" });
    loads.push(eviction.load());
    later.push(() => eviction.load());
  });
  const first = newcomer("a");
  const space = tier.residents.space("acme");
  space.insert(first);
  space.insert(newcomer("b"));
  expect(await Promise.all(loads)).toEqual([first.entry]);
  expect(await later[0]?.()).toBeUndefined();
});

test("replacing and deleting are not evictions", async () => {
  const { tier } = makeTier({ maxEntries: 2 });
  let told = 0;
  tier.evictions.onEvict(() => told++);
  await tier.put("a", new Uint8Array(1), "acme");
  await tier.put("a", new Uint8Array(2), "acme");
  await tier.delete("a", "acme");
  expect(told).toBe(0);
});

test("a listener may write to the tier it listens to", async () => {
  const { tier } = makeTier({ maxEntries: 2 });
  const told: string[] = [];
  const space = tier.residents.space("acme");
  tier.evictions.onEvict(({ key }) => {
    told.push(key);
    if (key === "a") space.insert(newcomer("again"));
  });
  for (const key of ["a", "b", "c"]) space.insert(newcomer(key));
  expect(told).toEqual(["a", "b"]);
  expect(await tier.listKeys("", "acme")).toEqual(["again", "c"]);
});

test("a listener that throws is logged and hinders neither the others nor the write", async () => {
  const { tier, logger } = makeTier({ maxEntries: 1 });
  const told: string[] = [];
  tier.evictions.onEvict(() => {
    throw new Error("broken listener");
  });
  const listening = tier.evictions.onEvict(({ key }) => told.push(key));
  for (const key of ["a", "b"]) await tier.put(key, new Uint8Array(1), "acme");
  expect(told).toEqual(["a"]);
  expect(logger.lines.map((line) => line.message)).toEqual(["An eviction listener threw"]);
  listening[Symbol.dispose]();
  await tier.put("c", new Uint8Array(1), "acme");
  expect(told).toEqual(["a"]);
});
