import { describe, expect, test } from "@jest/globals";
import { isUnreadable, toPosition } from "@cogniverse/sdk";
import { entryOf, Workbench } from "./open-tier.ts";

/** Below and above the size up to which values are kept in the index. */
const SIZES = [0, 1, 1000, 8192, 8193, 100_000];

async function stored(bench: Workbench, bytes: number) {
  const tier = await bench.open();
  const etag = await tier.entries.putEntry("a/b", entryOf(bytes), "acme");
  return { tier, etag };
}

describe("the six calls", () => {
  test.each(SIZES)("a value of %i bytes comes back whole, with its metadata", async (bytes) => {
    await using bench = new Workbench();
    const tier = await bench.open();
    const data = new Uint8Array(bytes).fill(3);
    expect(await tier.put("k", data, "acme", { who: "me" })).toBe(true);
    expect(await tier.get("k", "acme")).toEqual(data);
    expect(await tier.exists("k", "acme")).toBe(true);
    const head = await tier.entries.headEntry("k", "acme");
    expect(head).toMatchObject({ metadata: { user: { who: "me" }, logId: "" } });
  });

  test("tenants and keys that look alike stay apart", async () => {
    await using bench = new Workbench();
    const tier = await bench.open();
    await tier.put("b/c", Uint8Array.of(1), "a");
    await tier.put("c", Uint8Array.of(2), "a:b");
    await tier.put("K", Uint8Array.of(3), "a");
    expect(await tier.get("c", "a")).toBeUndefined();
    expect(await tier.get("k", "a")).toBeUndefined();
    expect(await tier.listKeys("", "a")).toEqual(["K", "b/c"]);
    expect(await tier.listKeys("", "a:")).toEqual([]);
  });

  test("delete says whether something was there, and frees its figures", async () => {
    await using bench = new Workbench();
    const { tier } = await stored(bench, 100_000);
    expect(await tier.getStats("acme")).toMatchObject({ entries: 1, exact: true });
    expect(await tier.delete("a/b", "acme")).toBe(true);
    expect(await tier.delete("a/b", "acme")).toBe(false);
    expect(await tier.getStats("acme")).toMatchObject({ entries: 0, bytes: 0 });
  });

  test("a ttl ends an entry at its instant, and undefined means the default", async () => {
    await using bench = new Workbench();
    const tier = await bench.open({ default_ttl: 10 });
    await tier.put("default", Uint8Array.of(1), "acme");
    await tier.put("own", Uint8Array.of(1), "acme", {}, 20);
    await tier.put("never", Uint8Array.of(1), "acme", {}, null);
    bench.context.clock.advance(9_999);
    expect(await tier.exists("default", "acme")).toBe(true);
    bench.context.clock.advance(1);
    expect(await tier.exists("default", "acme")).toBe(false);
    expect(await tier.get("default", "acme")).toBeUndefined();
    expect(await tier.entries.getEntry("default", "acme")).toEqual({ unreadable: "expired" });
    expect(await tier.listKeys("", "acme")).toEqual(["never", "own"]);
    bench.context.clock.advance(10_000);
    expect(await tier.listKeys("", "acme")).toEqual(["never"]);
  });

  test("keys are listed by prefix in the order of their bytes, over many pages", async () => {
    await using bench = new Workbench();
    const tier = await bench.open();
    const keys = Array.from({ length: 300 }, (_, n) => `p/${String(n).padStart(3, "0")}`);
    await Promise.all(["a", "q", ...keys].map((key) => tier.put(key, Uint8Array.of(1), "acme")));
    expect(await tier.listKeys("p/", "acme")).toEqual(keys);
    const seen: string[] = [];
    for await (const { key } of tier.scan.scan("p/", "p/123", "acme")) seen.push(key);
    expect(seen).toEqual(keys.slice(124));
  });

  test("an aborted call rejects with the signal's reason", async () => {
    await using bench = new Workbench();
    const tier = await bench.open();
    const call = { signal: AbortSignal.abort(new Error("enough")) };
    await expect(tier.get("k", "acme", call)).rejects.toThrow("enough");
    await expect(tier.put("k", Uint8Array.of(1), "acme", {}, null, call)).rejects.toThrow("enough");
  });
});

describe("entries", () => {
  test.each(SIZES)("bytes of %i begin at a multiple of 64 in an array of their own", async (n) => {
    await using bench = new Workbench();
    const { tier } = await stored(bench, n);
    const read = async () => {
      const found = await tier.entries.getEntry("a/b", "acme");
      if (found === undefined || isUnreadable(found)) throw new Error("not found");
      return found.data;
    };
    const [one, two] = [await read(), await read()];
    expect(one.byteOffset % 64).toBe(0);
    expect(one.buffer).not.toBe(two.buffer);
    expect(one.buffer.byteLength).toBeLessThan(n + 1024);
  });

  test.each([10, 100_000])("conditions on a value of %i bytes", async (bytes) => {
    await using bench = new Workbench();
    const { tier, etag = "" } = await stored(bench, bytes);
    const put = (
      fill: number,
      asOf: number,
      condition: Parameters<typeof tier.entries.putEntry>[3],
    ) =>
      tier.entries.putEntry(
        "a/b",
        entryOf(bytes, fill, { asOf: toPosition(asOf) }),
        "acme",
        condition,
      );
    expect(await put(1, 0, { if: "absent" })).toBeUndefined();
    expect(await put(1, 0, { if: "match", etag: "0".repeat(32) })).toBeUndefined();
    const second = await put(1, 5, { if: "match", etag });
    expect(second).toEqual(expect.any(String));
    expect(second).not.toBe(etag);
    expect(await put(2, 4, { if: "not-newer", asOf: toPosition(4) })).toBeUndefined();
    expect(await put(3, 5, { if: "not-newer", asOf: toPosition(5) })).toEqual(expect.any(String));
    expect(await tier.get("a/b", "acme")).toEqual(new Uint8Array(bytes).fill(3));
    expect(await tier.getStats("acme")).toMatchObject({ entries: 1 });
  });

  test("an expired entry meets the conditions of an absent one", async () => {
    await using bench = new Workbench();
    const tier = await bench.open();
    const expiresAt = bench.context.clock.now() + 1;
    await tier.entries.putEntry("k", entryOf(1, 1, { expiresAt, asOf: toPosition(9) }), "acme");
    bench.context.clock.advance(1);
    const condition = { if: "not-newer", asOf: toPosition(1) } as const;
    expect(await tier.entries.putEntry("k", entryOf(1), "acme", condition)).toEqual(
      expect.any(String),
    );
  });

  test("deleteEntry takes only the copy it names", async () => {
    await using bench = new Workbench();
    const { tier, etag = "" } = await stored(bench, 10);
    expect(await tier.entries.deleteEntry("a/b", "0".repeat(32), "acme")).toBe(false);
    expect(await tier.entries.deleteEntry("a/b", etag, "acme")).toBe(true);
    expect(await tier.entries.headEntry("a/b", "acme")).toBeUndefined();
  });

  test("a closed tier refuses, and closing twice is closing once", async () => {
    await using bench = new Workbench();
    const { tier } = await stored(bench, 10);
    const writing = tier.put("k", new Uint8Array(50_000), "acme");
    await Promise.all([tier[Symbol.asyncDispose](), tier[Symbol.asyncDispose]()]);
    expect(await writing).toBe(true);
    await expect(tier.get("k", "acme")).rejects.toMatchObject({ code: "closed" });
    await expect(tier.log.head()).rejects.toMatchObject({ code: "closed" });
    expect(bench.context.clock.pending).toBe(0);
  });

  test("what was stored is there after opening again, under two open tiers at once", async () => {
    await using bench = new Workbench();
    const base_path = await bench.directory();
    const first = await bench.open({ base_path });
    await first.put("small", Uint8Array.of(1), "acme");
    await first.put("large", new Uint8Array(50_000).fill(2), "acme");
    const second = await bench.open({ base_path });
    await first[Symbol.asyncDispose]();
    expect(await second.get("small", "acme")).toEqual(Uint8Array.of(1));
    await second[Symbol.asyncDispose]();
    const third = await bench.open({ base_path });
    expect(await third.get("large", "acme")).toEqual(new Uint8Array(50_000).fill(2));
    expect(await third.getStats("acme")).toMatchObject({ entries: 2 });
  });
});
