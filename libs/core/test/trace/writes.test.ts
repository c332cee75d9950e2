import { expect, test } from "@jest/globals";
import {
  faultLog,
  FaultScript,
  memoryLog,
  recordingTelemetry,
  settle,
  type RecordedSpan,
} from "@cogniverse/testkit";
import { setUp, type Kind } from "../support/set-up.ts";
import type { CacheManagerOptions } from "@cogniverse/core";
import type { MemoryOptions } from "@cogniverse/cache-memory";

type More = Partial<CacheManagerOptions> & { readonly memory?: MemoryOptions };

function traced(kinds: Readonly<Record<string, Kind>>, more: More = {}) {
  const telemetry = recordingTelemetry();
  const it = setUp(kinds, { telemetry, ...more });
  const named = (name: string): readonly RecordedSpan[] =>
    telemetry.spans.filter((span) => span.name === name);
  return { ...it, telemetry, named };
}

test("a put says what it wrote; its acknowledgement is a child", async () => {
  const { acme, manager, named } = traced({ disk: "entry" });
  await acme.put("notes/1", "four");
  const [put] = named("cache.put");
  const [told] = named("cache.invalidate");
  expect(put).toMatchObject({
    tenantId: "acme",
    ended: true,
    attributes: {
      "cache.key": "notes/1",
      "cache.key_type": "notes",
      "cache.item_size": 6,
      "cache.position": 1,
      "cache.superseded": false,
      "cache.nodes": 0,
    },
  });
  expect(told).toMatchObject({
    ended: true,
    attributes: { "cache.scope": "key notes/1", "cache.position": 1, "cache.mode": "hard" },
  });
  expect(told?.parent).toBe(put);
  await manager.close();
});

test("an invalidation says what it covers, how, and where its record is", async () => {
  const { acme, manager, named } = traced({ disk: "entry" });
  await acme.invalidateVideo("ab", { mode: "soft", wait: "durable" });
  await acme.invalidateByPattern("notes/*");
  await acme.delete("notes/a b");
  await acme.invalidate({ kind: "tenant" });
  expect(named("cache.invalidate").map((s) => s.attributes)).toEqual([
    {
      "cache.scope": "tag video:ab",
      "cache.mode": "soft",
      "cache.wait": "durable",
      "cache.position": 1,
      "cache.nodes": 0,
    },
    ...["glob notes/*", "key notes/a b", "tenant"].map((scope, i) => ({
      "cache.scope": scope,
      "cache.mode": "hard",
      "cache.wait": "everywhere",
      "cache.position": i + 2,
      "cache.nodes": 0,
    })),
  ]);
  expect(named("cache.invalidate").every((s) => s.ended)).toBe(true);
  await manager.close();
});

test("an invalidation is told of though nothing above it records; where nobody looks it makes no span", async () => {
  const { acme, manager, telemetry, named } = traced({ disk: "entry" });
  telemetry.recording = false;
  await acme.invalidateVideo("ab");
  expect(named("cache.invalidate")).toMatchObject([{ always: true, ended: true }]);
  telemetry.keeping = false;
  await acme.invalidateVideo("ab");
  expect(named("cache.invalidate")).toHaveLength(1);
  await manager.close();
});

test("promotions are children of the hit, which does not wait for them", async () => {
  const { acme, manager, named, faults } = traced({ hot: "memory", warm: "entry", cold: "entry" });
  await acme.put("notes/1", 1, { tiers: { hot: false, warm: false } });
  const gate = faults("warm").pause("putEntry");
  expect(await acme.get("notes/1")).toBe(1);
  await settle(2);
  const [get] = named("cache.get");
  expect(get?.ended).toBe(true);
  expect(
    named("cache.promote").map(({ attributes, ended }) => [attributes["cache.to"], ended]),
  ).toEqual([
    ["hot", true],
    ["warm", false],
  ]);
  gate.release();
  await manager.flush();
  for (const promotion of named("cache.promote")) {
    expect(promotion).toMatchObject({
      ended: true,
      attributes: {
        "cache.key": "notes/1",
        "cache.key_type": "notes",
        "cache.from": "cold",
        "cache.item_size": 1,
        "cache.outcome": "stored",
      },
    });
    expect(promotion.parent).toBe(get);
  }
  await manager.close();
});

test("a promotion that a tier refuses, and one that is given up, say so and end", async () => {
  const { acme, manager, named, faults } = traced(
    { warm: "entry", cold: "entry" },
    { backgroundLimit: 1 },
  );
  const keys = Array.from({ length: 20 }, (_, i) => `notes/${i}`);
  for (const key of keys) await acme.put(key, 1, { tiers: { warm: false } });
  await manager.flush();
  faults("warm").fail("putEntry", { key: "notes/19" });
  const gate = faults("warm").pause("putEntry", { key: "notes/0" });
  for (const key of keys) await acme.get(key);
  const open = named("cache.promote").filter((s) => !s.ended);
  expect(open).toHaveLength(17);
  gate.release();
  await manager.flush();
  expect(named("cache.promote").every((s) => s.ended)).toBe(true);
  const refused = named("cache.promote").filter((s) => s.attributes["cache.outcome"] === "refused");
  expect(refused.map((s) => s.attributes["cache.key"])).toEqual([
    "notes/1",
    "notes/2",
    "notes/3",
    "notes/19",
  ]);
  await manager.close();
});

test("what a fill evicts is demoted in a span below the read that filled", async () => {
  const { acme, manager, named } = traced(
    { hot: "memory", cold: "entry" },
    { memory: { maxEntries: 1 }, defaultPolicy: { demote: true } },
  );
  await acme.put("notes/1", 1, { tiers: { cold: false } });
  await acme.getOrCompute("notes/2", () => 2);
  await manager.flush();
  const [demotion] = named("cache.demote");
  expect(demotion).toMatchObject({
    ended: true,
    attributes: {
      "cache.key": "notes/1",
      "cache.key_type": "notes",
      "cache.from": "hot",
      "cache.to": "cold",
      "cache.item_size": 1,
      "cache.outcome": "stored",
    },
  });
  expect(demotion?.parent).toBe(named("cache.get")[0]);
  await manager.close();
});

test("an invalidation that fails is recorded once on its span", async () => {
  const script = new FaultScript();
  const log = faultLog(memoryLog(), script);
  const { acme, manager, named } = traced({ disk: "entry" }, { log });
  script.fail("append");
  await expect(acme.invalidateVideo("a")).rejects.toMatchObject({ code: "tier_unavailable" });
  expect(named("cache.invalidate")).toMatchObject([
    { ended: true, errors: [{ code: "tier_unavailable" }] },
  ]);
  await manager.close();
});
