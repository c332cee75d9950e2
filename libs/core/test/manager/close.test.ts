import { describe, expect, test } from "@jest/globals";
import { CacheManager } from "@cogniverse/core";
import type { CacheManager as Contract } from "@cogniverse/sdk";
import { FakeClock, mapBackend, settle } from "@cogniverse/testkit";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp } from "../support/set-up.ts";

expectNoUnhandledRejections();
const key = "notes/1";
const OF_MANAGER: Readonly<Record<string, (cache: CacheManager) => Promise<unknown>>> = {
  getOrCompute: (c) => c.getOrCompute(key, "acme", () => 1),
  getOrComputeWithInfo: (c) => c.getOrComputeWithInfo(key, "acme", () => 1),
  get: (c) => c.get(key, "acme"),
  getWithInfo: (c) => c.getWithInfo(key, "acme"),
  put: (c) => c.put(key, 1, "acme"),
  delete: (c) => c.delete(key, "acme"),
  exists: (c) => c.exists(key, "acme"),
  listKeys: (c) => c.listKeys("", "acme"),
  position: (c) => c.position("acme"),
  invalidate: (c) => c.invalidate({ kind: "tenant" }, "acme"),
  invalidateByPattern: (c) => c.invalidateByPattern("**", "acme"),
  invalidateVideo: (c) => c.invalidateVideo("v", "acme"),
  stats: (c) => c.stats("acme"),
  inspect: (c) => c.inspect(key, "acme"),
  preview: (c) => c.preview({ kind: "tenant" }, "acme"),
  explain: (c) => c.explain(key, "acme"),
  lineage: (c) => c.lineage(key, "acme"),
  purge: (c) => c.purge("acme"),
};

type Handle = ReturnType<CacheManager["forTenant"]>;
const OF_HANDLE: Readonly<Record<string, (acme: Handle) => Promise<unknown>>> = {
  getOrCompute: (c) => c.getOrCompute(key, () => 1),
  getOrComputeWithInfo: (c) => c.getOrComputeWithInfo(key, () => 1),
  get: (c) => c.get(key),
  getWithInfo: (c) => c.getWithInfo(key),
  put: (c) => c.put(key, 1),
  delete: (c) => c.delete(key),
  exists: (c) => c.exists(key),
  listKeys: (c) => c.listKeys(""),
  position: (c) => c.position(),
  invalidate: (c) => c.invalidate({ kind: "tenant" }),
  invalidateByPattern: (c) => c.invalidateByPattern("**"),
  invalidateVideo: (c) => c.invalidateVideo("v"),
  stats: (c) => c.stats(),
};

describe("close", () => {
  test.each(Object.entries(OF_MANAGER))(
    "the manager refuses %s afterwards",
    async (_name, call) => {
      const { manager, acme } = setUp({ memory: "memory", disk: "entry" });
      await acme.put(key, 1);
      await manager.close();
      await expect(call(manager)).rejects.toMatchObject({ code: "closed" });
    },
  );

  test.each(Object.entries(OF_HANDLE))("its handles refuse %s afterwards", async (_name, call) => {
    const { manager, acme } = setUp({ memory: "memory", disk: "entry" });
    await acme.put(key, 1);
    await acme.get(key);
    await manager.close();
    await expect(call(acme)).rejects.toMatchObject({ code: "closed" });
    await expect(call(manager.forTenant("later"))).rejects.toMatchObject({ code: "closed" });
  });

  test("can be called twice, disposes each backend once, and lets one that fails not keep the others open", async () => {
    const closed: string[] = [];
    const backend = (name: string, fails = false) => ({
      ...mapBackend(),
      [Symbol.asyncDispose]: async () => {
        closed.push(name);
        if (fails) throw new Error("will not close");
      },
    });
    const shared = backend("shared");
    const cache = new CacheManager({
      clock: new FakeClock(),
      tiers: [
        { name: "a", backend: shared },
        { name: "b", backend: shared },
      ],
    });
    await Promise.all([cache.close(), cache.close()]);
    expect(closed).toEqual(["shared"]);
    const failing = new CacheManager({
      clock: new FakeClock(),
      tiers: [
        { name: "a", backend: backend("bad", true) },
        { name: "b", backend: backend("good") },
      ],
    });
    await expect(failing.close()).rejects.toThrow("will not close");
    expect(closed).toEqual(["shared", "bad", "good"]);
  });

  test("await using closes", async () => {
    const { manager } = setUp({ memory: "memory" });
    {
      await using cache: Contract = manager;
      await cache.put(key, 1, "acme");
    }
    await expect(manager.get(key, "acme")).rejects.toMatchObject({ code: "closed" });
  });

  test.each([{}, { refresh: true }, { bypass: true }])(
    "rejects callers that wait, also of a compute that does not listen: %o",
    async (options) => {
      const { manager, acme, faults } = setUp({ disk: "entry" });
      const began = Promise.withResolvers<AbortSignal>();
      const end = Promise.withResolvers<number>();
      const call = acme.getOrCompute(
        key,
        ({ signal }) => (began.resolve(signal), end.promise),
        options,
      );
      const refusal = call.catch((error: unknown) => error);
      const signal = await began.promise;
      await manager.close();
      expect(await refusal).toMatchObject({ code: "closed" });
      expect(signal.reason).toMatchObject({ code: "closed" });
      end.resolve(1);
      await settle();
      expect(faults("disk").count("putEntry")).toBe(0);
    },
  );

  test("waits for writes that are on their way, also when their callers have gone", async () => {
    const { manager, acme, faults } = setUp({ disk: "entry" });
    const gate = faults("disk").pause("putEntry");
    const controller = new AbortController();
    const call = acme.getOrCompute(key, () => 1, { signal: controller.signal });
    await gate.reached;
    controller.abort("gone");
    await expect(call).rejects.toBe("gone");
    let closed = false;
    const closing = manager.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    expect(faults("disk").count("close")).toBe(0);
    gate.release();
    await closing;
    expect(faults("disk").count("close")).toBe(1);
  });

  test.each(["flush", "close"] as const)(
    "aborting the signal of %s ends the waiting, not the work",
    async (end) => {
      const { manager, acme, faults } = setUp(
        { disk: "entry" },
        { defaultPolicy: { writes: "background" } },
      );
      const gate = faults("disk").pause("putEntry");
      await acme.getOrCompute(key, () => 1);
      await expect(manager[end]({ signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
      gate.release();
      await manager.close();
      expect(faults("disk").count("close")).toBe(1);
    },
  );
});

test("flush waits for what was begun before it, not for ever later work", async () => {
  const { manager, acme, faults } = setUp(
    { disk: "entry" },
    { defaultPolicy: { writes: "background" } },
  );
  const first = faults("disk").pause("putEntry", { key: "notes/1" });
  const second = faults("disk").pause("putEntry", { key: "notes/2" });
  await acme.getOrCompute("notes/1", () => 1);
  const flushing = manager.flush();
  await acme.getOrCompute("notes/2", () => 2);
  first.release();
  await flushing;
  expect(await acme.exists("notes/1")).toBe(true);
  expect(await acme.exists("notes/2")).toBe(false);
  second.release();
  await manager.close();
});

describe("tenants", () => {
  test("forTenant is the same object for the same tenant", () => {
    const { manager, acme } = setUp({ memory: "memory" });
    expect(manager.forTenant("acme")).toBe(acme);
    expect(manager.forTenant("acme:prod")).not.toBe(acme);
    expect(acme.tenantId).toBe("acme");
  });

  test.each(["", ".a", "__a", "a/b", "a b", "a".repeat(129), "é"])(
    "%j is refused by every call",
    async (tenantId) => {
      const { manager } = setUp({ memory: "memory" });
      expect(() => manager.forTenant(tenantId)).toThrow(
        expect.objectContaining({ code: "invalid_tenant" }),
      );
      await expect(manager.get(key, tenantId)).rejects.toMatchObject({ code: "invalid_tenant" });
      await expect(manager.getOrCompute(key, tenantId, () => 1)).rejects.toMatchObject({
        code: "invalid_tenant",
      });
    },
  );

  test.each(["", "a//b", "/a", "a/", "a%41", "\uD800", "x".repeat(769)])(
    "the key %j is refused",
    async (bad) => {
      const { acme } = setUp({ memory: "memory" });
      const refusal = { code: "invalid_key" };
      await expect(acme.get(bad)).rejects.toMatchObject(refusal);
      await expect(acme.getOrCompute(bad, () => 1)).rejects.toMatchObject(refusal);
      await expect(acme.put(bad, 1)).rejects.toMatchObject(refusal);
      await expect(acme.delete(bad)).rejects.toMatchObject(refusal);
      await expect(acme.exists(bad)).rejects.toMatchObject(refusal);
    },
  );

  test("nothing of one reaches another: values, keys, invalidations, counters", async () => {
    const { manager } = setUp({ memory: "memory", disk: "six" });
    const [a, b] = [manager.forTenant("acme"), manager.forTenant("acme:prod")];
    await a.put(key, "a", { tags: ["t"] });
    await b.put(key, "b", { tags: ["t"] });
    expect([await a.get(key), await b.get(key)]).toEqual(["a", "b"]);
    expect(await a.listKeys("")).toEqual([key]);
    await a.invalidate({ kind: "tenant" });
    await a.invalidate({ kind: "tag", value: "t" });
    expect([await a.get(key), await b.get(key)]).toEqual([undefined, "b"]);
    const stats = await manager.stats("nobody");
    expect(stats).toMatchObject({ hits: 0, misses: 0, puts: 0, byFamily: {} });
    for (const tier of stats.tiers)
      expect(tier).toMatchObject({ entries: 0, bytes: 0, hits: 0, writes: 0, misses: {} });
    await manager.close();
  });
});
