import { deepEqual, equal, ok } from "node:assert/strict";
import type { CacheBackend, Entry, Eviction, EvictionSource } from "@cogniverse/sdk";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, entriesOf, sampleBytes, sampleEntry } from "./samples.ts";

const MOST = 4000;

/** `evictions`, on the bounded fixture. */
export function evictionRules(rule: Rule, { bounded, has }: ResolvedContract): void {
  if (bounded === undefined) throw new Error("Evictions are tested on the fixture `bounded`");
  const onBounded = (name: string, check: (backend: CacheBackend) => Promise<void>): void =>
    rule(name, async () => {
      const fixture = await bounded();
      try {
        await check(fixture.backend);
      } finally {
        await fixture[Symbol.asyncDispose]?.();
      }
    });

  onBounded("each entry that makes room is told once, with its metadata", async (backend) => {
    const told: Eviction[] = [];
    evictionsOf(backend).onEvict((eviction) => void told.push(eviction));
    const put = await overfill(backend, () => told.length >= 20, has("entries"));
    ok(told.length >= 20, `${put.length} entries of 1 KiB, and ${told.length} evictions told`);
    const left = new Set(await backend.listKeys("", "t"));
    const missing = put.filter((key) => !left.has(key));
    deepEqual(told.map((e) => e.key).toSorted(), missing.toSorted());
    for (const { key, tenantId, metadata, cause } of told) {
      deepEqual([tenantId, metadata.user["key"]], ["t", key]);
      ok(cause === "size" || cause === "quota");
    }
  });

  onBounded("an eviction's entry can be had when it is asked for at once", async (backend) => {
    const loads: Promise<readonly [string, Entry | undefined]>[] = [];
    evictionsOf(backend).onEvict((eviction) => {
      loads.push(eviction.load().then((entry) => [eviction.key, entry] as const));
    });
    await overfill(backend, () => loads.length >= 5, has("entries"));
    const loaded = await Promise.all(loads);
    ok(loaded.length >= 5);
    for (const [key, entry] of loaded) {
      if (entry === undefined) continue;
      checkBytes(entry.data, sampleBytes(1024, Number(key)));
      equal(entry.metadata.user["key"], key);
    }
    ok(
      loaded.some(([, entry]) => entry !== undefined),
      "no evicted entry could be had",
    );
  });

  onBounded("a listener that was disposed hears nothing more", async (backend) => {
    let quiet = 0;
    let heard = 0;
    const source = evictionsOf(backend);
    source.onEvict(() => quiet++)[Symbol.dispose]();
    source.onEvict(() => heard++);
    await overfill(backend, () => heard >= 5, has("entries"));
    deepEqual([quiet, heard >= 5], [0, true]);
  });

  onBounded("a delete and an overwrite are no evictions", async (backend) => {
    let told = 0;
    evictionsOf(backend).onEvict(() => told++);
    for (let i = 0; i < 100; i++) await backend.put("a", sampleBytes(1024, i), "t");
    await backend.delete("a", "t");
    equal(told, 0);
  });
}

function evictionsOf(backend: CacheBackend): EvictionSource {
  if (backend.evictions === undefined)
    throw new Error("The backend claims `evictions` and has none");
  return backend.evictions;
}

/** Stores entries of 1 KiB until `enough`, or so many that it must have been. */
async function overfill(
  backend: CacheBackend,
  enough: () => boolean,
  asEntries: boolean,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let i = 0; i < MOST && !enough(); i++) {
    const key = `${i}`;
    const data = sampleBytes(1024, i);
    const taken = asEntries
      ? (await entriesOf(backend).putEntry(key, sampleEntry(data, { user: { key } }), "t")) !==
        undefined
      : await backend.put(key, data, "t", { key });
    if (taken) keys.push(key);
  }
  return keys;
}
