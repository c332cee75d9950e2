import { describe, expect, test } from "@jest/globals";
import { bytesCodec, defineKeyType, jsonCodec } from "@cogniverse/core";
import { recordingTelemetry, settle } from "@cogniverse/testkit";
import { holders, key } from "../support/note.ts";
import { setUp } from "../support/set-up.ts";

const blob = defineKeyType("blobs/{id}", bytesCodec);
const seed = { hot: "memory", warm: "entry", cold: "six" } as const;

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
    for (const path of ["constructor/1", "__proto__/1", "toString/a"]) {
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
    for (let i = 0; i < 1000; i++) await it.acme.put(`key-${i}/1`, i);
    expect(Object.keys((await it.acme.stats()).byFamily).length).toBeLessThanOrEqual(257);
    await it.acme.put(key, 1);
    expect(await holders(it)).toEqual([]);
    await it.manager.close();
  });

  test("a family that would be a whole key is told with the others, unless it has a policy", async () => {
    const telemetry = recordingTelemetry();
    const it = setUp({ hot: "memory" }, { telemetry, policies: { known: { ttl: 60 } } });
    for (const path of ["session-4711", "session-4711@2", "known"]) await it.acme.get(path);
    expect(Object.keys((await it.acme.stats()).byFamily)).toEqual(["(other)", "known"]);
    const told = telemetry.spans.map(({ attributes }) => attributes["cache.key_type"]);
    expect(told).toEqual(["(other)", "(other)", "known"]);
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
