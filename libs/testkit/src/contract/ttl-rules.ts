import { deepEqual, equal } from "node:assert/strict";
import type { CacheBackend } from "@cogniverse/sdk";
import type { ResolvedContract, Rule } from "./rule.ts";
import { sampleBytes } from "./samples.ts";

const data = sampleBytes(100);

/** Expiry by the backend's own clock. Half a second of slack on each side is for servers that count in whole ones. */
export function ttlRules(rule: Rule, { foreverMs }: ResolvedContract): void {
  rule("a value lives for its ttl, in seconds, and then is absent from every call", async (f) => {
    await f.backend.put("a", data, "t", undefined, 3);
    await f.backend.put("b", data, "t", undefined, null);
    await f.advance(2000);
    equal(await isThere(f.backend, "a"), true);
    await f.advance(1500);
    equal(await isThere(f.backend, "a"), false);
    deepEqual(await f.backend.listKeys("", "t"), ["b"]);
  });

  rule("exact figures leave out what expired, though nobody asked for it since", async (f) => {
    await f.backend.put("a", data, "t", undefined, 3);
    await f.backend.put("b", data, "t", undefined, null);
    await f.advance(3500);
    const { entries, exact } = await f.backend.getStats("t");
    if (exact) equal(entries, 1);
  });

  rule("a fraction of a second is a ttl too", async (f) => {
    await f.backend.put("a", data, "t", undefined, 0.5);
    equal(await isThere(f.backend, "a"), true);
    await f.advance(1000);
    equal(await isThere(f.backend, "a"), false);
  });

  rule("a ttl of null never expires, whatever the default is", async (f) => {
    await f.backend.put("a", data, "t", undefined, null);
    await f.advance(foreverMs);
    equal(await isThere(f.backend, "a"), true);
  });

  rule("a ttl of undefined is the backend's default", async (f) => {
    await f.backend.put("a", data, "t");
    await f.backend.put("b", data, "t", undefined, undefined);
    const { defaultTtl } = f.backend;
    if (typeof defaultTtl === "number") await f.advance(defaultTtl * 1000 + 500);
    else await f.advance(foreverMs);
    const expected = typeof defaultTtl !== "number";
    deepEqual([await isThere(f.backend, "a"), await isThere(f.backend, "b")], [expected, expected]);
  });

  rule("an overwrite brings its own ttl, longer or shorter", async (f) => {
    await f.backend.put("longer", data, "t", undefined, 1);
    await f.backend.put("longer", data, "t", undefined, null);
    await f.backend.put("shorter", data, "t", undefined, null);
    await f.backend.put("shorter", data, "t", undefined, 1);
    await f.advance(1500);
    equal(await isThere(f.backend, "longer"), true);
    equal(await isThere(f.backend, "shorter"), false);
  });

  rule("what expired can be put again", async (f) => {
    await f.backend.put("a", data, "t", undefined, 1);
    await f.advance(1500);
    equal(await f.backend.put("a", data, "t", undefined, null), true);
    equal(await isThere(f.backend, "a"), true);
  });
}

async function isThere(backend: CacheBackend, key: string): Promise<boolean> {
  const exists = await backend.exists(key, "t");
  equal((await backend.get(key, "t")) !== undefined, exists, "get and exists disagree");
  equal((await backend.listKeys(key, "t")).includes(key), exists, "listKeys and exists disagree");
  return exists;
}
