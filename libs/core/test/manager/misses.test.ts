import { describe, expect, test } from "@jest/globals";
import { defineKeyType, jsonCodec } from "@cogniverse/core";
import type { CacheBackend, Entry } from "@cogniverse/sdk";
import { isUnreadable } from "@cogniverse/sdk";
import { FRAME_PREFIX_BYTES, joinFrame } from "@cogniverse/sdk/frame";
import { cutTo, flipBit } from "@cogniverse/testkit";
import { setUp, type SetUp } from "../support/set-up.ts";

const note = defineKeyType("notes/{id}.json", jsonCodec<{ readonly n: number }>());
const key = note({ id: 1 });

async function causeOf({ acme }: SetUp): Promise<unknown> {
  const info = await acme.getWithInfo(key);
  return info.hit ? "hit" : info.causes;
}

async function entryIn(backend: CacheBackend | undefined): Promise<Entry> {
  const entry = await backend?.entries?.getEntry(key.path, "acme");
  if (entry === undefined || isUnreadable(entry)) throw new Error("no entry to change");
  return entry;
}

describe.each(["entry", "six"] as const)("a tier of kind %s answers why it did not", (kind) => {
  test("absent, invalidated, expired, bypassed", async () => {
    const it = setUp({ a: kind, b: "memory" });
    expect(await causeOf(it)).toEqual({ a: "absent", b: "absent" });
    await it.acme.getOrCompute(key, () => ({ n: 1 }));
    const info = await it.acme.getWithInfo(key, { tiers: { a: false } });
    expect(info).toMatchObject({ tier: "b", causes: { a: "bypassed" } });
    expect(await it.acme.getWithInfo(key, { bypass: true })).toEqual({
      hit: false,
      causes: { a: "bypassed", b: "bypassed" },
    });
    await it.acme.invalidate(key);
    expect(await causeOf(it)).toEqual({ a: "invalidated", b: "invalidated" });
    await it.acme.getOrCompute(key, () => ({ n: 1 }), { ttl: 1.5 });
    it.clock.advance(1500);
    // The six calls count in whole seconds: for the rest of the second the frame itself says it.
    expect(await causeOf(it)).toEqual({ a: kind === "six" ? "expired" : "absent", b: "expired" });
    await it.manager.close();
  });

  test("tier-down: an error, a time limit and an open breaker", async () => {
    const it = setUp({ a: kind }, { tierOptions: { a: { breakerFailures: 2, timeLimitMs: 100 } } });
    await it.acme.getOrCompute(key, () => ({ n: 1 }));
    const failing = it.faults("a").fail("*", { times: Infinity });
    expect(await causeOf(it)).toEqual({ a: "tier-down" });
    failing[Symbol.dispose]();
    const hanging = it.faults("a").hang("*");
    const slow = causeOf(it);
    await it.clock.advanceAndSettle(100);
    expect(await slow).toEqual({ a: "tier-down" });
    hanging[Symbol.dispose]();
    expect(await causeOf(it)).toEqual({ a: "tier-down" });
    await it.clock.advanceAndSettle(1000);
    expect(await causeOf(it)).toBe("hit");
    await it.manager.close();
  });

  test("undecodable: another codec wrote it; it is computed again and replaced", async () => {
    const it = setUp({ a: kind });
    await it.acme.put(defineKeyType("notes/{id}.json", { ...key.codec, id: "other" })({ id: 1 }), {
      n: 1,
    });
    expect(await causeOf(it)).toEqual({ a: "undecodable" });
    expect(await it.acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
    expect(await it.acme.get(key)).toEqual({ n: 2 });
    await it.manager.close();
  });

  test("foreign: stored without a cache manager; kept until something is computed", async () => {
    const it = setUp({ a: kind });
    const foreign = new TextEncoder().encode('{"n":1}');
    await it.backends["a"]?.put(key.path, foreign, "acme");
    expect(await causeOf(it)).toEqual({ a: "foreign" });
    await it.manager.flush();
    expect(await it.backends["a"]?.get(key.path, "acme")).toEqual(foreign);
    await it.manager.close();
  });

  test("a cold start's copies are dead under the log of the next manager", async () => {
    const it = setUp({ a: kind });
    await it.acme.getOrCompute(key, () => ({ n: 1 }));
    await it.manager.flush();
    const next = it.restart();
    expect(await next.getWithInfo(key, "acme")).toEqual({
      hit: false,
      causes: { a: "invalidated" },
    });
    expect(await next.getOrCompute(key, "acme", () => ({ n: 2 }))).toEqual({ n: 2 });
    expect(await next.get(key, "acme")).toEqual({ n: 2 });
  });
});

describe("corrupt", () => {
  test.each([0, 1, 7, -1])(
    "bit %i of the stored bytes: dropped, counted, computed again",
    async (bit) => {
      const it = setUp({ a: "entry" });
      it.faults("a").corrupt("putEntry", flipBit(bit));
      await it.acme.getOrCompute(key, () => ({ n: 1 }));
      expect(await causeOf(it)).toEqual({ a: "corrupt" });
      await it.manager.flush();
      expect(await it.backends["a"]?.exists(key.path, "acme")).toBe(false);
      expect((await it.acme.stats()).tiers[0]).toMatchObject({ misses: { absent: 1, corrupt: 1 } });
      expect(await it.acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
      expect(await it.acme.get(key)).toEqual({ n: 2 });
      await it.manager.close();
    },
  );

  test("bytes cut short", async () => {
    const it = setUp({ a: "entry" });
    it.faults("a").corrupt("putEntry", cutTo(3));
    await it.acme.getOrCompute(key, () => ({ n: 1 }));
    expect(await causeOf(it)).toEqual({ a: "corrupt" });
    await it.manager.close();
  });

  test("an algorithm that is not known fits nothing", async () => {
    const it = setUp({ a: "entry" });
    await it.acme.getOrCompute(key, () => ({ n: 1 }));
    const entry = await entryIn(it.backends["a"]);
    const metadata = { ...entry.metadata, checksum: "md5:00" };
    await it.backends["a"]?.entries?.putEntry(key.path, { ...entry, metadata }, "acme");
    expect(await causeOf(it)).toEqual({ a: "corrupt" });
    await it.manager.close();
  });

  test("any single bit of a frame of the six calls is never served, and only a later version's frame is kept", async () => {
    const it = setUp({ a: "six" });
    const backend = it.backends["a"];
    await it.acme.getOrCompute(key, () => ({ n: 1 }));
    const frame = await backend?.get(key.path, "acme");
    if (frame === undefined) throw new Error("nothing stored");
    const seen = new Map<string, number>();
    for (let bit = 0; bit < frame.byteLength * 8; bit++) {
      await backend?.put(key.path, flipBit(bit)(frame), "acme");
      const causes = await causeOf(it);
      await it.manager.flush();
      const kept = await backend?.exists(key.path, "acme");
      const what = `${JSON.stringify(causes)} ${kept === true ? "kept" : "dropped"}`;
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
    // 4 bytes of magic, 1 of version; everything behind is under a checksum.
    expect(Object.fromEntries(seen)).toEqual({
      '{"a":"foreign"} kept': 32,
      '{"a":"unsupported"} kept': 8,
      '{"a":"corrupt"} dropped': (frame.byteLength - 5) * 8,
    });
    await it.manager.close();
  });

  test.each([0, 4, FRAME_PREFIX_BYTES - 1, FRAME_PREFIX_BYTES, 63, 64, -1])(
    "a frame cut to %i bytes",
    async (length) => {
      const it = setUp({ a: "six" });
      await it.acme.getOrCompute(key, () => ({ n: 1 }));
      const frame = (await it.backends["a"]?.get(key.path, "acme")) ?? new Uint8Array();
      await it.backends["a"]?.put(key.path, frame.slice(0, length), "acme");
      expect(await causeOf(it)).toEqual({ a: length === 0 ? "foreign" : "corrupt" });
      await it.manager.close();
    },
  );

  test("one of the disk does not spoil what memory holds, and the read goes on below", async () => {
    const it = setUp({ a: "entry", b: "six" });
    it.faults("a").corrupt("putEntry", flipBit(3));
    await it.acme.getOrCompute(key, () => ({ n: 1 }));
    expect(await it.acme.getWithInfo(key)).toMatchObject({ tier: "b", causes: { a: "corrupt" } });
    await it.manager.flush();
    expect(await it.acme.getWithInfo(key)).toMatchObject({ tier: "a", value: { n: 1 } });
    await it.manager.close();
  });
});

test("a frame of ours whose checksum was made for other bytes is corrupt", async () => {
  const it = setUp({ a: "six" });
  await it.acme.getOrCompute(key, () => ({ n: 1 }));
  const source = setUp({ a: "entry" });
  await source.acme.getOrCompute(key, () => ({ n: 2 }));
  const { metadata } = await entryIn(source.backends["a"]);
  const other = { data: new TextEncoder().encode('{"n":3}'), metadata };
  const logId = (await it.acme.stats()).log.logId;
  const frame = joinFrame({ ...other, metadata: { ...metadata, logId } });
  await it.backends["a"]?.put(key.path, frame, "acme");
  expect(await causeOf(it)).toEqual({ a: "corrupt" });
});
