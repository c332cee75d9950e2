import { describe, expect, test } from "@jest/globals";
import { CacheError, type CacheBackend } from "@cogniverse/sdk";
import { cutTo, faultBackend, flipBit, mapBackend, memoryLog, settle } from "@cogniverse/testkit";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

async function filled(): Promise<ReturnType<typeof faultBackend>> {
  const backend = faultBackend(mapBackend());
  await backend.put("a", bytes(1, 2, 3), "t");
  return backend;
}

describe("faultBackend", () => {
  test("has exactly the capabilities of what it wraps", () => {
    const six = faultBackend(mapBackend());
    for (const name of ["entries", "batch", "streams", "scan", "leases", "log", "residents"])
      expect(name in six).toBe(false);
    const residents = {
      space: () => ({ find: () => undefined, insert: () => undefined, drop: () => {} }),
    };
    const rich: CacheBackend = { ...mapBackend(), residents, defaultTtl: null };
    const wrapped = faultBackend(rich);
    expect(wrapped.residents).toBe(residents);
    expect(wrapped.defaultTtl).toBe(null);
  });

  test("its log has the D that the log has now", () => {
    const log = { ...memoryLog(), leaseMs: 100 };
    const wrapped = faultBackend({ ...mapBackend(), log }).log;
    log.leaseMs = 5000;
    expect(wrapped?.leaseMs).toBe(5000);
  });

  test("pauses before the work and after it", async () => {
    const backend = await filled();
    const before = backend.faults.pause("put", { key: "b" });
    const after = backend.faults.pause("put", { key: "b", at: "after" });
    const put = backend.put("b", bytes(9), "t");
    await before.reached;
    expect(await backend.exists("b", "t")).toBe(false);
    before.release();
    await after.reached;
    expect(await backend.exists("b", "t")).toBe(true);
    expect(after.waiting).toBe(true);
    after.release();
    expect(await put).toBe(true);
  });

  test("two gates stop two calls; `skip` lets calls go by", async () => {
    const backend = await filled();
    const first = backend.faults.pause("get");
    const third = backend.faults.pause("get", { skip: 1 });
    const calls = [backend.get("a", "t"), backend.get("a", "t"), backend.get("a", "t")];
    await first.reached;
    await third.reached;
    expect(await calls[1]).toEqual(bytes(1, 2, 3));
    first.release();
    third.release();
    await Promise.all(calls);
    expect(backend.faults.count("get", "a")).toBe(3);
  });

  test("fails as often as told, with the work done or not", async () => {
    const backend = await filled();
    backend.faults.fail("delete");
    await expect(backend.delete("a", "t")).rejects.toMatchObject({
      code: "tier_unavailable",
      retryable: true,
    });
    expect(await backend.exists("a", "t")).toBe(true);
    backend.faults.fail("delete", { at: "after" }, new CacheError("timeout", "late"));
    await expect(backend.delete("a", "t")).rejects.toMatchObject({ code: "timeout" });
    expect(await backend.exists("a", "t")).toBe(false);
    expect(await backend.delete("a", "t")).toBe(false);
  });

  test("hangs until disposed, and hears an abort unless it is deaf", async () => {
    const backend = await filled();
    const hanging = backend.faults.hang("get");
    const controller = new AbortController();
    const aborted = backend.get("a", "t", { signal: controller.signal });
    const waiting = backend.get("a", "t");
    controller.abort(new Error("gone"));
    await expect(aborted).rejects.toThrow(/gone/);
    hanging[Symbol.dispose]();
    expect(await waiting).toEqual(bytes(1, 2, 3));
    const gate = backend.faults.pause("get", { deaf: true });
    const deaf = backend.get("a", "t", { signal: AbortSignal.abort() });
    gate.release();
    expect(await deaf).toEqual(bytes(1, 2, 3));
  });

  test("damages what is read or what is stored", async () => {
    const backend = await filled();
    backend.faults.corrupt("get", flipBit(-1));
    expect(await backend.get("a", "t")).toEqual(bytes(1, 2, 131));
    expect(await backend.get("a", "t")).toEqual(bytes(1, 2, 3));
    backend.faults.corrupt("put", cutTo(1));
    await backend.put("c", bytes(7, 8), "t");
    expect(await backend.get("c", "t")).toEqual(bytes(7));
  });

  test("loses a write that it acknowledges", async () => {
    const backend = await filled();
    backend.faults.lose("put");
    expect(await backend.put("a", bytes(5), "t")).toBe(true);
    expect(await backend.get("a", "t")).toEqual(bytes(1, 2, 3));
  });

  test("reorders writes: the first one sent lands last, also where one fails", async () => {
    const backend = await filled();
    backend.faults.reorder("put", 3);
    await Promise.all([1, 2, 3].map((n) => backend.put("a", bytes(n), "t")));
    expect(await backend.get("a", "t")).toEqual(bytes(1));
    backend.faults.reorder("put", 2);
    backend.faults.fail("put", { skip: 1 });
    const sent = [backend.put("a", bytes(8), "t"), backend.put("a", bytes(9), "t")];
    expect((await Promise.allSettled(sent)).map((r) => r.status)).toEqual([
      "fulfilled",
      "rejected",
    ]);
    expect(await backend.get("a", "t")).toEqual(bytes(8));
  });

  test("clear takes back what has not happened", async () => {
    const backend = await filled();
    backend.faults.fail("get", { times: Infinity });
    backend.faults.clear();
    await settle();
    expect(await backend.get("a", "t")).toEqual(bytes(1, 2, 3));
  });
});
