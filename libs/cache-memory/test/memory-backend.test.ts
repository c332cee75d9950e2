import { describe, expect, test } from "@jest/globals";
import { plainEntry, toPosition } from "@cogniverse/sdk";
import { makeTier, newcomer, statsOf } from "./make-tier.ts";

const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);

describe("the six calls", () => {
  test("an empty value is a hit", async () => {
    const { tier } = makeTier();
    expect(await tier.put("a", bytes(), "acme")).toBe(true);
    expect(await tier.get("a", "acme")).toEqual(bytes());
    expect(await tier.exists("a", "acme")).toBe(true);
  });

  test("tenants do not see each other", async () => {
    const { tier } = makeTier();
    await tier.put("a", bytes(1), "acme");
    expect(await tier.get("a", "acme:prod")).toBeUndefined();
    expect(await tier.listKeys("", "acme:prod")).toEqual([]);
    expect(await tier.delete("a", "acme:prod")).toBe(false);
    expect(await tier.get("a", "acme")).toEqual(bytes(1));
  });

  test("a ttl counts in seconds, null never expires, and undefined is the tier's default", async () => {
    const { tier, clock } = makeTier({ defaultTtl: 5 });
    expect(tier.defaultTtl).toBe(5);
    await tier.put("short", bytes(1), "acme", undefined, 2);
    await tier.put("default", bytes(1), "acme");
    await tier.put("always", bytes(1), "acme", {}, null);
    clock.advance(1_999);
    expect(await tier.listKeys("", "acme")).toEqual(["always", "default", "short"]);
    clock.advance(1);
    expect(await tier.get("short", "acme")).toBeUndefined();
    clock.advance(3_000);
    expect(await tier.exists("default", "acme")).toBe(false);
    clock.advance(1e12);
    expect(await tier.exists("always", "acme")).toBe(true);
  });

  test("an aborted call rejects with the signal's reason and writes nothing", async () => {
    const { tier } = makeTier();
    const signal = AbortSignal.abort(new Error("no longer wanted"));
    await expect(tier.put("a", bytes(1), "acme", {}, null, { signal })).rejects.toThrow(
      "no longer wanted",
    );
    expect(await tier.exists("a", "acme")).toBe(false);
  });

  test("disposing lets everything go, and nothing is taken in after it", async () => {
    const { tier } = makeTier();
    const space = tier.residents.space("acme");
    space.insert(newcomer("a"));
    await tier[Symbol.asyncDispose]();
    expect(space.find("a")).toBeUndefined();
    expect(space.insert(newcomer("b"))).toBeUndefined();
    expect(space.find("b")).toBeUndefined();
    const scan = tier.scan.scan("", undefined, "acme")[Symbol.asyncIterator]();
    await expect(scan.next()).rejects.toMatchObject({ code: "closed" });
  });
});

describe("entries", () => {
  const entry = plainEntry(bytes(1), { now: 0, ttl: 1 });

  test("metadata comes back with the bytes, and each write has its own etag", async () => {
    const { entries } = makeTier().tier;
    const first = await entries.putEntry("a", entry, "acme");
    const second = await entries.putEntry("a", entry, "acme");
    expect(second).not.toBe(first);
    expect(await entries.getEntry("a", "acme")).toEqual({ ...entry, etag: second });
    expect(await entries.headEntry("a", "acme")).toEqual({
      metadata: entry.metadata,
      etag: second,
    });
  });

  test("a copy is deleted only by its own etag", async () => {
    const { entries } = makeTier().tier;
    const first = await entries.putEntry("a", entry, "acme");
    const second = await entries.putEntry("a", entry, "acme");
    expect(await entries.deleteEntry("a", first ?? "", "acme")).toBe(false);
    expect(await entries.deleteEntry("a", second ?? "", "acme")).toBe(true);
    expect(await entries.getEntry("a", "acme")).toBeUndefined();
  });

  test("an expired copy is said to be so once, then forgotten", async () => {
    const { tier, clock } = makeTier();
    await tier.entries.putEntry("a", entry, "acme");
    clock.advance(1_000);
    expect(await tier.entries.headEntry("a", "acme")).toEqual({ unreadable: "expired" });
    expect(await tier.entries.getEntry("a", "acme")).toBeUndefined();
    expect(await statsOf(tier, "acme")).toMatchObject({ bytes: 0, details: { expired: 1 } });
  });

  test("match replaces only the copy that has the etag", async () => {
    const { entries } = makeTier().tier;
    const first = await entries.putEntry("a", entry, "acme");
    const second = await entries.putEntry("a", entry, "acme", { if: "match", etag: first ?? "" });
    expect(second).toBeDefined();
    const late = await entries.putEntry("a", entry, "acme", { if: "match", etag: first ?? "" });
    expect(late).toBeUndefined();
    expect(await entries.headEntry("a", "acme")).toMatchObject({ etag: second });
    expect(await entries.putEntry("b", entry, "acme", { if: "match", etag: "1" })).toBeUndefined();
  });

  test("an expired copy meets the condition absent", async () => {
    const { tier, clock } = makeTier();
    await tier.entries.putEntry("a", entry, "acme");
    expect(await tier.entries.putEntry("a", entry, "acme", { if: "absent" })).toBeUndefined();
    clock.advance(1_000);
    expect(await tier.entries.putEntry("a", entry, "acme", { if: "absent" })).toBeDefined();
  });

  test("a newer copy stays, but one of another log stands in nobody's way", async () => {
    const { tier } = makeTier();
    const at = (asOf: number, logId: string) => ({
      ...entry,
      metadata: { ...entry.metadata, logId, asOf: toPosition(asOf) },
    });
    const put = (asOf: number, logId: string) =>
      tier.entries.putEntry("a", at(asOf, logId), "acme", {
        if: "not-newer",
        asOf: toPosition(asOf),
      });
    expect(await put(5, "one")).toBeDefined();
    expect(await put(4, "one")).toBeUndefined();
    expect(await put(5, "one")).toBeDefined();
    expect(await put(1, "two")).toBeDefined();
  });
});

describe("residents", () => {
  test("a space is the same for its tenant and finds the very object it took in", () => {
    const { residents } = makeTier().tier;
    const space = residents.space("acme");
    expect(residents.space("acme")).toBe(space);
    const resident = space.insert(newcomer("a"));
    expect(space.find("a")).toBe(resident);
    expect(residents.space("other").find("a")).toBeUndefined();
  });

  test("null is a value; an entry stored without its value is readable but not resident", async () => {
    const { tier } = makeTier();
    const space = tier.residents.space("acme");
    expect(space.insert(newcomer("a", { value: null }))?.value).toBeNull();
    expect(await tier.get("a", "acme")).toEqual(new Uint8Array(10));
    await tier.put("a", bytes(2), "acme");
    expect(space.find("a")).toBeUndefined();
    expect(await tier.get("a", "acme")).toEqual(bytes(2));
    space.insert(newcomer("a"));
    expect(space.find("a")?.value).toEqual({ of: "a" });
    expect(await statsOf(tier, "acme")).toMatchObject({ entries: 1 });
  });

  test("find looks at no clock; the reader judges expiry", () => {
    const { tier, clock } = makeTier();
    const space = tier.residents.space("acme");
    space.insert(newcomer("a", { ttl: 1 }));
    clock.advance(5_000);
    expect(space.find("a")?.expiresAt).toBe(1_000);
  });

  test("an older position does not replace a newer one", () => {
    const space = makeTier().tier.residents.space("acme");
    const newer = space.insert(newcomer("a", { asOf: 2 }));
    expect(space.insert(newcomer("a", { asOf: 1 }))).toBeUndefined();
    expect(space.find("a")).toBe(newer);
  });

  test("dropping a resident that was replaced leaves its successor", () => {
    const space = makeTier().tier.residents.space("acme");
    const first = space.insert(newcomer("a"));
    const second = space.insert(newcomer("a"));
    if (first !== undefined) space.drop(first);
    expect(space.find("a")).toBe(second);
    if (second !== undefined) space.drop(second);
    expect(space.find("a")).toBeUndefined();
  });
});

describe("limits", () => {
  test("an expired entry that eviction comes upon is dropped, not told", async () => {
    const { tier, clock } = makeTier({ maxEntries: 40 });
    let told = 0;
    tier.evictions.onEvict(() => told++);
    // Expiry is looked for at a few entries a write; this one is not among the first.
    await tier.put("short", bytes(1), "acme", {}, 1);
    for (let i = 0; i < 39; i++) await tier.put(`long/${i}`, bytes(1), "acme");
    clock.advance(1_000);
    await tier.put("new", bytes(1), "acme");
    expect(told).toBe(0);
    expect(await statsOf(tier, "acme")).toMatchObject({ entries: 40, details: { expired: 1 } });
  });

  test("an entry above its share is refused, and what was there stays", async () => {
    const { tier } = makeTier({ maxBytes: 100_000, maxValueShare: 0.1 });
    expect(await tier.put("a", bytes(1), "acme")).toBe(true);
    expect(await tier.put("a", new Uint8Array(10_000), "acme")).toBe(false);
    expect(await tier.get("a", "acme")).toEqual(bytes(1));
    expect(tier.residents.space("acme").insert(newcomer("b", { length: 10_000 }))).toBeUndefined();
  });

  test("a tenant over its share evicts its own entries and nobody else's", async () => {
    const { tier } = makeTier({ maxEntries: 10, maxTenantShare: 0.5 });
    const causes: string[] = [];
    tier.evictions.onEvict(({ tenantId, cause }) => causes.push(`${tenantId} ${cause}`));
    for (let i = 0; i < 4; i++) await tier.put(`quiet/${i}`, bytes(1), "quiet");
    for (let i = 0; i < 20; i++) await tier.put(`loud/${i}`, bytes(1), "loud");
    expect(await statsOf(tier, "quiet")).toMatchObject({ entries: 4 });
    expect(await statsOf(tier, "loud")).toMatchObject({
      entries: 5,
      details: { evictedForQuota: 15, evictedForSize: 0 },
    });
    expect(new Set(causes)).toEqual(new Set(["loud quota"]));
  });

  test("entries that nobody asks for any more go when others come, without being told as evicted", async () => {
    const { tier, clock } = makeTier();
    let told = 0;
    tier.evictions.onEvict(() => told++);
    for (let i = 0; i < 100; i++) await tier.put(`old/${i}`, bytes(1), "acme", {}, 1);
    clock.advance(1_000);
    for (let i = 0; i < 60; i++) await tier.put(`new/${i}`, bytes(1), "acme");
    expect(await statsOf(tier, "acme")).toMatchObject({ entries: 60, details: { expired: 100 } });
    expect(told).toBe(0);
  });
});

describe("figures", () => {
  test("of more entries than are looked through are said not to be exact, unless none of them expires", async () => {
    const { tier, clock } = makeTier();
    const space = tier.residents.space("acme");
    for (let i = 0; i < 10_001; i++) space.insert(newcomer(`a/${i}`));
    expect(await tier.getStats("acme")).toMatchObject({ entries: 10_001, exact: true });
    space.insert(newcomer("b", { ttl: 1 }));
    clock.advance(1_000);
    expect(await tier.getStats("acme")).toMatchObject({ entries: 10_002, exact: false });
    expect(await tier.exists("b", "acme")).toBe(false);
    expect(await tier.getStats("acme")).toMatchObject({ entries: 10_001, exact: true });
  });
});
