import { describe, expect, test } from "@jest/globals";
import { bytesCodec, defineKeyType, jsonCodec, keys, type PolicyOptions } from "@cogniverse/core";
import type { ReadOptions, TenantCache } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { setUp, type SetUp } from "../support/set-up.ts";

const note = defineKeyType("notes/{id}", jsonCodec<number>());
const blob = defineKeyType("blobs/{id}", bytesCodec);
const key = note({ id: 1 });
const seed = { hot: "memory", warm: "entry", cold: "six" } as const;

async function holders({ backends }: SetUp, tenantId = "acme", path = key.path): Promise<string[]> {
  const held: string[] = [];
  for (const [name, backend] of Object.entries(backends))
    if (await backend.exists(path, tenantId)) held.push(name);
  return held;
}

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

describe("policies", () => {
  test("are found by family, whatever the version, and may differ for a tenant", async () => {
    const policies = { notes: { tiers: { hot: false } } };
    const tenants = { acme: { policies: { notes: { tiers: { cold: false } } } } };
    const it = setUp(seed, { policies, tenants, defaultPolicy: { tiers: { warm: false } } });
    const later = defineKeyType("notes/{id}", jsonCodec<number>(), { version: 2 })({ id: 1 });
    for (const each of [key, later]) {
      await it.manager.put(each, 1, "other");
      expect(await holders(it, "other", each.path)).toEqual(["cold"]);
      await it.acme.put(each, 1);
      expect(await holders(it, "acme", each.path)).toEqual([]);
    }
    await it.acme.put("else/1", 1);
    expect(await holders(it, "acme", "else/1")).toEqual(["hot", "cold"]);
    await it.manager.close();
  });

  test("a family that is called like something of every object has the default", async () => {
    const it = setUp(seed, { policies: {} });
    for (const path of ["constructor/1", "__proto__/1", "toString"]) {
      await it.acme.put(path, 1);
      expect(await it.acme.get(path)).toBe(1);
    }
    expect(Object.keys((await it.acme.stats()).byFamily)).toEqual([
      "constructor",
      "__proto__",
      "toString",
    ]);
    await it.manager.close();
  });

  test("families without a policy of their own are bounded, so that keys without a common beginning cost nothing", async () => {
    const it = setUp({ hot: "memory" }, { policies: { notes: { tiers: { hot: false } } } });
    for (let i = 0; i < 1000; i++) await it.acme.put(`key-${i}`, i);
    expect(Object.keys((await it.acme.stats()).byFamily).length).toBeLessThanOrEqual(257);
    await it.acme.put(key, 1);
    expect(await holders(it)).toEqual([]);
    await it.manager.close();
  });

  test("writes: background answers before the tiers do, and flush waits for them", async () => {
    const it = setUp({ warm: "entry" }, { policies: { notes: { writes: "background" } } });
    const gate = it.faults("warm").pause("putEntry");
    expect(await it.acme.getOrCompute(key, () => 1)).toBe(1);
    let flushed = false;
    const flushing = it.manager.flush().then(() => (flushed = true));
    await settle();
    expect(flushed).toBe(false);
    gate.release();
    await flushing;
    expect(await holders(it)).toEqual(["warm"]);
    await it.manager.close();
  });

  test("writes: awaited answers when every tier took the value or gave up", async () => {
    const it = setUp({ a: "entry", b: "six" });
    const gate = it.faults("a").pause("putEntry");
    let answered = false;
    const value = it.acme.getOrCompute(key, () => 1).then(() => (answered = true));
    await settle();
    expect(answered).toBe(false);
    gate.fail(new Error("gave up"));
    await value;
    expect(await holders(it)).toEqual(["b"]);
    await it.manager.close();
  });

  test("maxValueBytes: returned, not stored; at the limit it is", async () => {
    const it = setUp(
      { hot: "memory", warm: "entry" },
      { policies: { blobs: { maxValueBytes: 10 } } },
    );
    const large = blob({ id: 1 });
    expect(await it.acme.getOrCompute(large, () => new Uint8Array(11))).toHaveLength(11);
    expect(await it.acme.exists(large)).toBe(false);
    await it.acme.put(large, new Uint8Array(10));
    await it.acme.put(large, new Uint8Array(11));
    expect(await it.acme.get(large)).toBeUndefined();
    await it.acme.put(large, new Uint8Array(10));
    expect(await it.acme.get(large)).toHaveLength(10);
    await it.manager.close();
  });

  test("copyOnRead: each caller has its own bytes, also of a Buffer and when coalesced", async () => {
    const it = setUp(
      { hot: "memory", warm: "entry" },
      { policies: { blobs: { copyOnRead: true } } },
    );
    const own = blob({ id: 1 });
    const compute = async (): Promise<Uint8Array> => Buffer.from("abc");
    const crowd = await Promise.all(
      Array.from({ length: 3 }, () => it.acme.getOrCompute(own, compute)),
    );
    const later = [await it.acme.get(own), await it.acme.get(own, { hot: false })];
    const info = await it.acme.getWithInfo(own);
    for (const bytes of [...crowd, ...later, info.hit ? info.value : undefined]) bytes?.fill(0);
    expect(await it.acme.get(own)).toEqual(new TextEncoder().encode("abc"));
    await it.manager.close();
  });

  test("without it callers share one array", async () => {
    const it = setUp({ hot: "memory" });
    const first = await it.acme.getOrCompute(blob({ id: 1 }), () => new Uint8Array(100));
    expect(await it.acme.get(blob({ id: 1 }))).toBe(first);
    await it.manager.close();
  });

  test("compressAboveBytes: a limit, and never", async () => {
    const text = "a".repeat(5000);
    for (const [limit, encodings] of [
      [undefined, ["zstd"]],
      [5003, []],
      [5002, ["zstd"]],
      [false, []],
    ] as const) {
      const it = setUp({ warm: "entry" }, { policies: { notes: { compressAboveBytes: limit } } });
      await it.acme.put("notes/1", text);
      expect(await it.manager.inspect("notes/1", "acme")).toMatchObject([
        { copy: { encodings, bytes: 5002 } },
      ]);
      await it.manager.close();
    }
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

describe("put", () => {
  test.each([-1, 0.5, Number.NaN])("since %d is refused", async (since) => {
    const { acme, manager } = setUp({ a: "entry" });
    await expect(acme.put(key, 1, { since })).rejects.toMatchObject({ code: "invalid_value" });
    await manager.close();
  });

  test.each([[""], ["\uD800"]])(
    "the tag %j is refused, put or computed, since no invalidation could name it",
    async (tag) => {
      const { acme, manager } = setUp({ a: "entry" });
      const refusal = { code: "invalid_key" };
      await expect(acme.put(key, 1, { tags: [tag] })).rejects.toMatchObject(refusal);
      await expect(
        acme.getOrCompute(key, ({ setTags }) => (setTags(tag), 1)),
      ).rejects.toMatchObject(refusal);
      await manager.close();
    },
  );

  test("keeps the caller's own metadata and tags with the entry; metadata that is no text is refused", async () => {
    const { acme, manager } = setUp({ a: "six" });
    await acme.put(keys.transcription({ video: "v" }), [], { metadata: { by: "me" }, tags: ["t"] });
    const [copy] = await manager.inspect("transcriptions/v/transcription.json", "acme");
    expect(copy).toMatchObject({
      state: "valid",
      copy: { user: { by: "me" }, tags: ["video:v", "t"] },
    });
    // A caller without types.
    const metadata = { n: 1 as unknown as string };
    await expect(acme.put(key, 1, { metadata })).rejects.toMatchObject({ code: "invalid_value" });
    await manager.close();
  });

  test("with since is superseded by what came after, and stores nothing", async () => {
    const { acme, manager } = setUp({ a: "entry" });
    const since = await acme.position();
    await acme.invalidate({ kind: "tag", value: "red" });
    expect(await acme.put(key, 1, { since, tags: ["red"] })).toMatchObject({ superseded: true });
    expect(await acme.get(key)).toBeUndefined();
    expect(await acme.put("notes/2", 1, { since })).toMatchObject({ superseded: false });
    expect(await acme.put("notes/2", 2, { since })).toMatchObject({ superseded: true });
    expect(await acme.get("notes/2")).toBe(1);
    expect(await acme.stats()).toMatchObject({ puts: 3, superseded: 2 });
    await manager.close();
  });
});
