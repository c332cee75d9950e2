import { deepEqual, equal } from "node:assert/strict";
import type { CacheBackend } from "@cogniverse/sdk";
import type { ResolvedContract, Rule } from "./rule.ts";
import { sampleBytes } from "./samples.ts";

const data = sampleBytes(100);
const CENTURY_SECONDS = 100 * 365 * 86_400;

/**
 * Expiry by the backend's own clock, in steps of a tick that a server keeps. Half a tick of slack after the end and a whole one before
 * it are for servers that count in whole ones and for machines that are busy.
 */
export function ttlRules(rule: Rule, { foreverMs, tickMs }: ResolvedContract): void {
  const seconds = (ticks: number): number => (ticks * tickMs) / 1000;

  rule("a value lives for its ttl, in seconds, and then is absent from every call", async (f) => {
    await f.backend.put("a", data, "t", undefined, seconds(3));
    await f.backend.put("b", data, "t", undefined, null);
    await f.advance(2 * tickMs);
    equal(await isThere(f.backend, "a"), true);
    await f.advance(1.5 * tickMs);
    equal(await isThere(f.backend, "a"), false);
    deepEqual(await f.backend.listKeys("", "t"), ["b"]);
    const { entries, exact } = await f.backend.getStats("t");
    if (exact) equal(entries, 1);
  });

  rule("exact figures leave out what expired, though nobody asked for it since", async (f) => {
    await f.backend.put("a", data, "t", undefined, seconds(1));
    await f.backend.put("b", data, "t", undefined, null);
    await f.advance(1.5 * tickMs);
    const { entries, exact } = await f.backend.getStats("t");
    if (exact) equal(entries, 1);
  });

  rule("a fraction of the smallest step is a ttl too", async (f) => {
    equal(await f.backend.put("a", data, "t", undefined, seconds(0.5)), true);
    await f.backend.put("b", data, "t", undefined, seconds(2.5));
    await f.advance(tickMs);
    equal(await isThere(f.backend, "a"), false);
    equal(await isThere(f.backend, "b"), true);
    await f.advance(2.5 * tickMs);
    equal(await isThere(f.backend, "b"), false);
  });

  rule("a ttl of null never expires, whatever the default is", async (f) => {
    await f.backend.put("a", data, "t", undefined, null);
    await f.advance(foreverMs);
    equal(await isThere(f.backend, "a"), true);
  });

  rule("a ttl of a century is neither a short one nor refused", async (f) => {
    equal(await f.backend.put("a", data, "t", undefined, CENTURY_SECONDS), true);
    await f.advance(Math.min(foreverMs, (CENTURY_SECONDS * 1000) / 2));
    equal(await isThere(f.backend, "a"), true);
  });

  rule("a ttl of undefined is the backend's default", async (f) => {
    await f.backend.put("a", data, "t");
    await f.backend.put("b", data, "t", undefined, undefined);
    const { defaultTtl } = f.backend;
    if (typeof defaultTtl === "number") await f.advance(defaultTtl * 1000 + tickMs / 2);
    else await f.advance(foreverMs);
    const expected = typeof defaultTtl !== "number";
    deepEqual([await isThere(f.backend, "a"), await isThere(f.backend, "b")], [expected, expected]);
  });

  rule("an overwrite brings its own ttl, longer or shorter", async (f) => {
    await f.backend.put("longer", data, "t", undefined, seconds(1));
    await f.backend.put("longer", data, "t", undefined, null);
    await f.backend.put("shorter", data, "t", undefined, null);
    await f.backend.put("shorter", data, "t", undefined, seconds(1));
    await f.advance(1.5 * tickMs);
    equal(await isThere(f.backend, "longer"), true);
    equal(await isThere(f.backend, "shorter"), false);
  });

  rule("what expired can be put again", async (f) => {
    await f.backend.put("a", data, "t", undefined, seconds(1));
    await f.advance(1.5 * tickMs);
    equal(await f.backend.put("a", data, "t", undefined, null), true);
    equal(await isThere(f.backend, "a"), true);
  });
}

async function isThere(backend: CacheBackend, key: string): Promise<boolean> {
  const [exists, value, keys] = await Promise.all([
    backend.exists(key, "t"),
    backend.get(key, "t"),
    backend.listKeys(key, "t"),
  ]);
  equal(value !== undefined, exists, "get and exists disagree");
  equal(keys.includes(key), exists, "listKeys and exists disagree");
  return exists;
}
