import { describe, expect, test } from "@jest/globals";
import type { PolicyOptions } from "@cogniverse/core";
import type { ReadOptions, TenantCache } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { holders, key } from "../support/note.ts";
import { setUp } from "../support/set-up.ts";

const seed = { hot: "memory", warm: "entry", cold: "six" } as const;

describe("which tiers take part", () => {
  test.each<[string, PolicyOptions | undefined, ReadOptions<unknown>, string[]]>([
    ["all by default", undefined, {}, ["hot", "warm", "cold"]],
    ["those of the policy", { tiers: { hot: false } }, {}, ["warm", "cold"]],
    ["a switch", undefined, { hot: false }, ["warm", "cold"]],
    [
      "a switch over the policy",
      { tiers: { hot: false, cold: false } },
      { hot: true, warm: false },
      ["hot"],
    ],
    [
      "tiers over the switches",
      undefined,
      { hot: false, tiers: { hot: true, warm: false } },
      ["hot", "cold"],
    ],
    ["none at all", undefined, { hot: false, warm: false, cold: false }, []],
  ])("%s", async (_name, policy, options, expected) => {
    const it = setUp(seed, policy === undefined ? {} : { policies: { notes: policy } });
    expect(await it.acme.getOrCompute(key, () => 1, options)).toBe(1);
    expect(await holders(it)).toEqual(expected);
    expect(await it.acme.exists(key, options)).toBe(expected.length > 0);
    await it.acme.delete(key);
    await it.manager.flush();
    expect(await holders(it)).toEqual([]);
    await it.acme.put(key, 2, options);
    expect(await holders(it)).toEqual(expected);
    await it.manager.close();
  });

  test("a seed switch may name a tier that is not there, the map may not", async () => {
    const { acme, manager } = setUp({ memory: "memory" });
    expect(await acme.getOrCompute(key, () => 1, { cold: false })).toBe(1);
    const named = acme.get(key, { tiers: { momory: true } });
    await expect(named).rejects.toThrow('names "momory"; the tiers are memory');
    await manager.close();
  });

  test("a cache without tiers only computes", async () => {
    const { acme, manager } = setUp({});
    expect(await acme.getOrCompute(key, () => 1)).toBe(1);
    expect(await acme.getOrCompute(key, () => 2)).toBe(2);
    expect(await acme.getWithInfo(key)).toEqual({ hit: false, causes: {} });
    expect(await acme.listKeys("")).toEqual([]);
    await acme.put(key, 1);
    await acme.invalidate({ kind: "tenant" });
    await manager.close();
  });
});

describe("refresh", () => {
  test("computes, replaces the copy of every tier and speaks like a put", async () => {
    const it = setUp({ hot: "memory", warm: "entry" });
    await it.acme.getOrCompute(key, () => 1);
    const before = (await it.acme.stats()).log.position;
    expect(await it.acme.getOrCompute(key, () => 2, { refresh: true })).toBe(2);
    expect(await it.acme.get(key)).toBe(2);
    expect(await it.acme.get(key, { hot: false })).toBe(2);
    expect((await it.acme.stats()).log.position).toBe(before + 1);
    await it.manager.close();
  });

  test.each([
    ["the same value leaves that of the first, which the second must not kill", [1, 1], 1],
    ["two values leaves neither: nobody knows which is newer", [1, 2], undefined],
  ])("twice at once with %s", async (_what, values, stays) => {
    const it = setUp({ warm: "entry" });
    const refresh = { refresh: true };
    await Promise.all(values.map((n) => it.acme.getOrCompute(key, () => n, refresh)));
    expect(await it.acme.get(key)).toBe(stays);
    expect(await it.acme.stats()).toMatchObject({ superseded: 1 });
    await it.manager.close();
  });
});

describe("bypass and shouldCache", () => {
  test("bypass touches no tier, in reads, computes and puts", async () => {
    const it = setUp({ a: "entry" });
    await it.acme.put(key, 1);
    const calls = it.faults("a").calls.length;
    expect(await it.acme.getOrCompute(key, () => 2, { bypass: true })).toBe(2);
    expect(await it.acme.get(key, { bypass: true })).toBeUndefined();
    expect(await it.acme.exists(key, { bypass: true })).toBe(false);
    expect(it.faults("a").calls).toHaveLength(calls);
    expect(await it.acme.get(key)).toBe(1);
    await it.manager.close();
  });

  test("shouldCache sees the value and decides", async () => {
    const it = setUp({ a: "entry" });
    const even = { shouldCache: (n: number) => n % 2 === 0 };
    expect(await it.acme.getOrCompute(key, () => 1, even)).toBe(1);
    expect(await it.acme.getOrCompute(key, () => 2, even)).toBe(2);
    expect(await it.acme.getOrCompute(key, () => 3, even)).toBe(2);
    await it.acme.put(key, 5, even);
    expect(await it.acme.get(key)).toBeUndefined();
    await it.manager.close();
  });
});

test.each([
  ["get", (acme: TenantCache, signal: AbortSignal) => acme.get(key, { signal })],
  [
    "getOrCompute",
    (acme: TenantCache, signal: AbortSignal) => acme.getOrCompute(key, () => 1, { signal }),
  ],
  ["put", (acme: TenantCache, signal: AbortSignal) => acme.put(key, 1, { signal })],
  ["exists", (acme: TenantCache, signal: AbortSignal) => acme.exists(key, { signal })],
])("%s with a signal that has aborted rejects with its reason", async (_name, call) => {
  const { acme, manager } = setUp({ a: "entry" });
  const reason = new Error("changed my mind");
  await expect(call(acme, AbortSignal.abort(reason))).rejects.toBe(reason);
  await manager.close();
});

test("an abort ends a read that hangs in a tier", async () => {
  const { acme, manager, faults } = setUp({ a: "entry" });
  const hanging = faults("a").hang("getEntry", { deaf: true });
  const controller = new AbortController();
  const read = acme.get(key, { signal: controller.signal });
  await settle();
  controller.abort("enough");
  await expect(read).rejects.toBe("enough");
  hanging[Symbol.dispose]();
  await manager.close();
});
