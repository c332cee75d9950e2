import { describe, expect, test } from "@jest/globals";
import { recordingTelemetry, settle } from "@cogniverse/testkit";
import { cut, Deployment } from "./support/deployment.ts";
import { LEASE_MS } from "./support/shared-log.ts";
import { note } from "./support/one-node.ts";

const key = note({ id: 1 });

describe("acknowledgements", () => {
  const waited = async (world: Deployment, act: () => Promise<unknown>): Promise<number> => {
    let done = false;
    void act().then(() => (done = true));
    await settle();
    for (let ms = 0; ms <= 2 * LEASE_MS; ms++) {
      if (done) return ms;
      await world.clock.advanceAndSettle(1);
    }
    return Infinity;
  };

  test.each(["invalidate", "delete", "put", "refresh"] as const)(
    "%s waits exactly D where others may be there",
    async (how) => {
      await using world = new Deployment();
      const a = world.node().cache.forTenant("acme");
      await a.position();
      const acts = {
        invalidate: () => a.invalidate(key),
        delete: () => a.delete(key),
        put: () => a.put(key, { n: 1 }),
        refresh: () => a.getOrCompute(key, () => ({ n: 1 }), { refresh: true }),
      };
      expect(await waited(world, acts[how])).toBe(LEASE_MS);
    },
  );

  test("none waits where the log says that nobody else is there", async () => {
    await using world = new Deployment({ settled: async () => 0 });
    const a = world.node().cache.forTenant("acme");
    expect(await waited(world, () => a.invalidate(key))).toBe(0);
    expect(await waited(world, () => a.put(key, { n: 1 }))).toBe(0);
    expect(await a.invalidate(key)).toMatchObject({ nodes: 0 });
  });

  test.each([
    ["sessions", 2],
    ["lease", undefined],
  ])("a span says that %s ended the wait, of an invalidation and of a put", async (by, others) => {
    const telemetry = recordingTelemetry();
    await using world = new Deployment({ settled: async () => others });
    const a = world.node({ telemetry }).cache.forTenant("acme");
    await a.position();
    await waited(world, () => a.invalidate(key));
    await waited(world, () => a.put(key, { n: 1 }));
    const told = telemetry.spans.filter(({ name }) => name === "cache.invalidate");
    const attributes = { "cache.acknowledged_by": by, "cache.nodes": others ?? 1 };
    expect(told).toMatchObject([{ attributes }, { attributes }]);
  });

  test("D counts from when the record was durable, not from the call", async () => {
    await using world = new Deployment();
    const node = world.node({ coherenceWaitMs: 10_000 });
    const a = node.cache.forTenant("acme");
    await a.position();
    const appended = node.logFaults.pause("append", { at: "after" });
    const waiting = waited(world, () => a.invalidate(key));
    await appended.reached;
    world.clock.suspend({ wallMs: 150, monotonicMs: 150 });
    appended.release();
    expect(await waiting).toBeGreaterThanOrEqual(LEASE_MS);
  });

  test.each([
    ["fails", async () => Promise.reject(new Error("no"))],
    ["hangs", () => new Promise<never>(() => undefined)],
  ])("a log whose knowledge of others %s: D settles it", async (_how, settled) => {
    await using world = new Deployment({ settled });
    const a = world.node().cache.forTenant("acme");
    await a.position();
    const ms = await waited(world, () => a.invalidate(key));
    expect(ms).toBe(LEASE_MS);
  });

  test("an acknowledged invalidation is served by nobody, whatever the other node could hear", async () => {
    for (const hears of [true, false]) {
      await using world = new Deployment();
      const nodes = [world.node(), world.node()] as const;
      const [a, b] = [nodes[0].cache.forTenant("acme"), nodes[1].cache.forTenant("acme")];
      await a.getOrCompute(key, () => ({ n: 1 }));
      if (!hears) nodes[0].logFaults.fail("*", cut);
      await world.acknowledged(b.invalidate(key));
      expect(await a.get(key)).toBeUndefined();
      expect(await a.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
    }
  });

  test("aborting the wait leaves the record in place", async () => {
    await using world = new Deployment();
    const [a, b] = [world.node().cache.forTenant("acme"), world.node().cache.forTenant("acme")];
    await b.getOrCompute(key, () => ({ n: 1 }));
    const controller = new AbortController();
    const gone = a.invalidate(key, { signal: controller.signal });
    await settle();
    controller.abort();
    await expect(gone).rejects.toThrow(/abort/);
    await world.pass(LEASE_MS);
    expect(await b.get(key)).toBeUndefined();
  });
});
