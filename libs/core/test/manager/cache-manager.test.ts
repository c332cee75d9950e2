import { describe, expect, test } from "@jest/globals";
import { CacheManager, defineKeyType, jsonCodec, keys, silentLogger } from "@cogniverse/core";
import { memoryBackend } from "@cogniverse/cache-memory";
import { entryBackend, FakeClock, mapBackend } from "@cogniverse/testkit";

const transcript = { segments: [{ startMs: 0, endMs: 900, text: "hello" }] };
const note = defineKeyType("notes/{id}.json", jsonCodec<{ readonly n: number }>());

function threeTiers(): { readonly cache: CacheManager; readonly clock: FakeClock } {
  const clock = new FakeClock();
  const traits = { locality: "machine", durable: true } as const;
  const cache = new CacheManager({
    clock,
    tiers: [
      { name: "memory", backend: memoryBackend({}, { clock, logger: silentLogger }) },
      { name: "warm", backend: entryBackend({ clock, traits }) },
      { name: "six", backend: mapBackend({ clock, traits: { ...traits, locality: "shared" } }) },
    ],
  });
  return { cache, clock };
}

describe("getOrCompute", () => {
  test("computes once, then serves from memory, then from each tier below", async () => {
    const { cache } = threeTiers();
    const acme = cache.forTenant("acme");
    let computes = 0;
    const compute = () => {
      computes++;
      return transcript;
    };
    const key = keys.transcription({ video: "v/1" });
    expect(await acme.getOrCompute(key, compute)).toBe(transcript);
    expect(await acme.getOrCompute(key, compute)).toBe(transcript);
    for (const [tier, off] of [
      ["memory", {}],
      ["warm", { memory: false }],
      ["six", { memory: false, warm: false }],
    ] as const) {
      expect(await acme.getWithInfo(key, { tiers: off })).toMatchObject({
        hit: true,
        value: transcript,
        tier,
      });
    }
    expect(computes).toBe(1);
    expect(await acme.listKeys("transcriptions/")).toEqual([
      "transcriptions/v%2F1/transcription.json",
    ]);
    await cache.close();
  });

  test("a concurrent crowd shares one compute", async () => {
    const { cache } = threeTiers();
    const acme = cache.forTenant("acme");
    let computes = 0;
    const values = await Promise.all(
      Array.from({ length: 50 }, () =>
        acme.getOrCompute(note({ id: 1 }), async () => ({ n: await Promise.resolve(++computes) })),
      ),
    );
    expect(new Set(values)).toEqual(new Set([{ n: 1 }]));
    expect(await acme.stats()).toMatchObject({ computes: 1, misses: 50, coalesced: 49 });
    await cache.close();
  });

  test("invalidation kills every copy", async () => {
    const { cache } = threeTiers();
    const acme = cache.forTenant("acme");
    const key = note({ id: 1 });
    await acme.getOrCompute(key, () => ({ n: 1 }));
    await acme.invalidateByPattern("notes/*");
    expect(await acme.getWithInfo(key)).toEqual({
      hit: false,
      causes: { memory: "invalidated", warm: "invalidated", six: "invalidated" },
    });
    expect(await acme.getOrCompute(key, () => ({ n: 2 }))).toEqual({ n: 2 });
    expect(await acme.get(key)).toEqual({ n: 2 });
    await cache.close();
  });
});
