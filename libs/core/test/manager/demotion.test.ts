import { describe, expect, test } from "@jest/globals";
import { defineKeyType, jsonCodec } from "@cogniverse/core";
import { setUp, type SetUp } from "../support/set-up.ts";

const note = defineKeyType("notes/{id}", jsonCodec<number>());
const kinds = { memory: "memory", disk: "entry", far: "six" } as const;
const small = { memory: { maxEntries: 2 } };
const top = { tiers: { disk: false, far: false } };

async function inTier({ backends }: SetUp, tier: string): Promise<readonly string[]> {
  return (await backends[tier]?.listKeys("", "acme")) ?? [];
}

describe("what a bounded tier evicts", () => {
  test("moves to the next tier of the policy, with its lifetime", async () => {
    const it = setUp(kinds, { ...small, policies: { notes: { demote: true } } });
    for (let id = 0; id < 3; id++) await it.acme.put(note({ id }), id, { ...top, ttl: 100 });
    await it.manager.flush();
    const [moved] = await inTier(it, "disk");
    expect(await inTier(it, "disk")).toHaveLength(1);
    expect(await inTier(it, "far")).toEqual([]);
    await it.clock.advanceAndSettle(30_000);
    expect(await it.acme.getWithInfo(moved ?? "")).toMatchObject({
      hit: true,
      tier: "disk",
      remainingMs: 70_000,
    });
    expect((await it.acme.stats()).tiers[1]).toMatchObject({ demotions: 1 });
    await it.manager.close();
  });

  test("is gone where the policy does not say so", async () => {
    const it = setUp(kinds, small);
    for (let id = 0; id < 3; id++) await it.acme.put(note({ id }), id, top);
    await it.manager.flush();
    expect([...(await inTier(it, "disk")), ...(await inTier(it, "far"))]).toEqual([]);
    await it.manager.close();
  });

  test("skips a tier that the policy leaves out", async () => {
    const it = setUp(kinds, {
      ...small,
      policies: { notes: { demote: true, tiers: { disk: false } } },
    });
    for (let id = 0; id < 3; id++) await it.acme.put(note({ id }), id, top);
    await it.manager.flush();
    expect(await inTier(it, "disk")).toEqual([]);
    expect(await inTier(it, "far")).toHaveLength(1);
    await it.manager.close();
  });

  test("is not written where it is already, nor when it is dead or expired", async () => {
    const it = setUp(kinds, { ...small, policies: { notes: { demote: true } } });
    for (let id = 0; id < 3; id++) await it.acme.put(note({ id }), id);
    await it.manager.flush();
    expect((await it.acme.stats()).tiers[1]).toMatchObject({ demotions: 0 });
    await it.acme.invalidate({ kind: "tenant" });
    await it.manager.flush();
    const writes = it.faults("disk").count("putEntry");
    for (let id = 10; id < 12; id++) await it.acme.put(note({ id }), id, { ...top, ttl: 1 });
    await it.clock.advanceAndSettle(1000);
    for (let id = 20; id < 22; id++) await it.acme.put(note({ id }), id, top);
    await it.manager.flush();
    expect(it.faults("disk").count("putEntry")).toBe(writes);
    await it.manager.close();
  });

  test("never replaces a newer copy below", async () => {
    const it = setUp(kinds, { ...small, policies: { notes: { demote: true } } });
    await it.acme.put(note({ id: 1 }), 1, top);
    const gate = it.faults("disk").pause("headEntry", { key: "notes/1" });
    for (let id = 2; id < 4; id++) await it.acme.put(note({ id }), id, top);
    await gate.reached;
    await it.acme.put(note({ id: 1 }), 2, { tiers: { memory: false } });
    gate.release();
    await it.manager.flush();
    expect(await it.acme.get(note({ id: 1 }), { tiers: { memory: false } })).toBe(2);
    await it.manager.close();
  });
});
