import { describe, expect, test } from "@jest/globals";
import { recordingTelemetry } from "@cogniverse/testkit";
import { setUp, stack } from "../support/set-up.ts";

describe.each([1, 2, 3, 7])("over %i tiers", (tiers) => {
  test("each logical get is exactly one hit or one miss, also coalesced, failed, aborted or in a crowd of hits", async () => {
    const { acme, manager } = setUp(stack(tiers));
    let gets = 0;
    const some = async (count: number, call: () => Promise<unknown>): Promise<void> => {
      gets += count;
      await Promise.allSettled(Array.from({ length: count }, call));
    };
    await some(10, () => acme.getOrCompute("a/1", () => 1));
    await some(10, () => acme.getOrCompute("a/1", () => 1));
    await some(5, () => acme.get("a/1"));
    await some(5, () => acme.getWithInfo("a/1"));
    await some(3, () => acme.get("a/2"));
    await some(4, () => acme.getOrCompute("a/3", () => Promise.reject(new Error("no"))));
    await some(2, () => acme.getOrCompute("a/1", () => 1, { bypass: true }));
    await some(2, () => acme.getOrCompute("a/1", () => 1, { refresh: true }));
    await some(6, () => acme.getOrComputeWithInfo("a/1", () => 1));
    const controller = new AbortController();
    gets++;
    const hung = acme.getOrCompute("a/4", () => new Promise<never>(() => undefined), {
      signal: controller.signal,
    });
    controller.abort("gone");
    await expect(hung).rejects.toBe("gone");
    const stats = await acme.stats();
    expect(stats.hits + stats.misses).toBe(gets);
    expect(stats).toMatchObject({ hits: 26, misses: 22, computes: 5, computeErrors: 1 });
    // Hits of the tiers are hits of the gets; each is told once, where it was found.
    expect(stats.tiers.reduce((sum, tier) => sum + tier.hits, 0)).toBe(stats.hits);
    await manager.close();
  });

  test("exists, listKeys and stats are no gets", async () => {
    const { acme, manager } = setUp(stack(tiers));
    await acme.put("a/1", 1);
    await acme.exists("a/1");
    await acme.listKeys("");
    await acme.stats();
    expect(await acme.stats()).toMatchObject({ hits: 0, misses: 0, puts: 1 });
    await manager.close();
  });
});

test("families, times and tiers have their figures", async () => {
  const { acme, manager, clock } = setUp({ memory: "memory", disk: "entry" });
  const slow = async (): Promise<number> => {
    clock.advance(250);
    return 1;
  };
  await acme.getOrCompute("a/1", slow);
  await acme.getOrCompute("a/1", slow);
  await acme.get("a/1", { tiers: { memory: false } });
  await acme.get("b/1");
  expect(await acme.stats()).toMatchObject({
    tenantId: "acme",
    computeMs: 250,
    hits: 2,
    misses: 2,
    hitRatio: 0.5,
    causes: { absent: 2 },
    saved: { computeMs: 500, computeSeconds: 0.5 },
    servedBytes: 2,
    byFamily: {
      a: {
        hits: 2,
        misses: 1,
        hitRatio: 2 / 3,
        hitsByTier: { memory: 1, disk: 1 },
        causes: { absent: 1 },
        computes: 1,
        computeMs: 250,
        savedMs: 500,
        servedBytes: 2,
      },
      b: { hits: 0, misses: 1, hitRatio: 0, hitsByTier: { memory: 0, disk: 0 } },
    },
    tiers: [
      {
        tier: "memory",
        state: "up",
        hits: 1,
        misses: { absent: 2 },
        savedMs: 250,
        servedBytes: 1,
        writes: 1,
        evictions: { size: 0, quota: 0 },
        entries: 1,
        exact: true,
      },
      {
        tier: "disk",
        state: "up",
        hits: 1,
        misses: { absent: 2 },
        writes: 1,
        requests: { get: 3, put: 1, stats: 1 },
        entries: 1,
        bytes: 1,
      },
    ],
    log: { live: true, leaseMs: 0, position: 0, appliedPosition: 0, scopes: 0 },
  });
  await manager.close();
});

test("a tier that is down has figures that say they are none", async () => {
  const { acme, manager, faults } = setUp({ disk: "entry" });
  faults("disk").fail("getStats");
  expect((await acme.stats()).tiers[0]).toMatchObject({
    entries: 0,
    bytes: 0,
    exact: false,
    errors: 1,
  });
  await manager.close();
});

test("the log's section counts scopes and globs, and what each costs", async () => {
  const { acme, manager } = setUp({ memory: "memory" });
  for (let i = 0; i < 10; i++) await acme.delete(`notes/${i}`);
  await acme.invalidateByPattern("notes/*");
  await acme.invalidate({ kind: "tag", value: "red" });
  const { log } = await acme.stats();
  expect(log).toMatchObject({ scopes: 12, globs: 1, position: 12, appliedPosition: 12 });
  expect(log.bytesPerScope).toBe(Math.round(log.mirrorBytes / 12));
  await manager.close();
});

test("a collector reads the same figures, by tenant", async () => {
  const telemetry = recordingTelemetry();
  const { acme, manager, faults } = setUp({ disk: "entry" }, { telemetry });
  faults("disk").fail("getEntry");
  await acme.get("a/1");
  await acme.put("a/1", 1);
  await acme.get("a/1");
  const tenant = { "tenant.id": "acme" };
  expect(telemetry.collect("cache.hits")).toEqual([
    { value: 1, attributes: { ...tenant, tier: "disk", key_type: "a" } },
  ]);
  expect(telemetry.collect("cache.misses")).toEqual([
    { value: 0, attributes: { ...tenant, key_type: "a", cause: "absent" } },
    { value: 1, attributes: { ...tenant, key_type: "a", cause: "tier-down" } },
  ]);
  const inDisk = { ...tenant, tier: "disk" };
  expect(telemetry.collect("cache.requests")).toEqual([
    { value: 2, attributes: { ...inDisk, operation: "get" } },
    { value: 1, attributes: { ...inDisk, operation: "put" } },
  ]);
  expect(telemetry.collect("cache.errors")).toEqual([
    { value: 1, attributes: { ...tenant, tier: "disk" } },
  ]);
  expect(telemetry.spans.map(({ name, ended }) => [name, ended])).toEqual([
    ["cache.get", true],
    ["cache.put", true],
    ["cache.invalidate", true],
    ["cache.get", true],
  ]);
  await manager.close();
  expect(telemetry.collect("cache.hits")).toEqual([]);
});

test("an entry that a tier did not take is refused: too large for the policy, or dead before it was sent", async () => {
  const policies = { big: { maxValueBytes: 10 } };
  const { acme, manager } = setUp({ memory: "memory", disk: "entry" }, { policies });
  await acme.getOrCompute("big/1", () => "x".repeat(100));
  await acme.getOrCompute("notes/1", async () => {
    await acme.invalidate({ kind: "key", value: "notes/1" });
    return 1;
  });
  const { tiers } = await acme.stats();
  expect(tiers).toMatchObject([
    { writes: 0, refusedWrites: 2 },
    { writes: 0, refusedWrites: 2 },
  ]);
  await manager.close();
});
