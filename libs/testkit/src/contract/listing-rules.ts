import { deepEqual, ok } from "node:assert/strict";
import type { CacheBackend } from "@cogniverse/sdk";
import { settle } from "../settle.ts";
import { inParallel } from "./in-parallel.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { sampleBytes } from "./samples.ts";

/** `listKeys`. */
export function listingRules(rule: Rule, { listedKeys }: ResolvedContract): void {
  rule("a prefix is text: no pattern, no folder, no more and no less", async ({ backend }) => {
    const keys = [
      "a",
      "a/b",
      "a/bc",
      "a/b/c",
      "a-b",
      "a.b",
      "a_b",
      "axb",
      "A",
      "a%2Ab",
      "a%C3%A9",
      "b",
    ];
    await inParallel(keys, (key) => backend.put(key, sampleBytes(1), "t"));
    for (const prefix of [
      "",
      "a",
      "a/",
      "a/b",
      "a_",
      "a.",
      "a%",
      "a%2",
      "A",
      "b",
      "c",
      "a/b/c/",
      "a%C3",
    ])
      deepEqual(
        await backend.listKeys(prefix, "t"),
        keys.filter((k) => k.startsWith(prefix)).toSorted(),
      );
  });

  rule(`${listedKeys} keys are listed exactly, sorted by their bytes`, async ({ backend }) => {
    const keys = await fill(backend, listedKeys);
    deepEqual(await backend.listKeys("", "t"), keys);
    deepEqual(
      await backend.listKeys("k/1", "t"),
      keys.filter((k) => k.startsWith("k/1")),
    );
  });

  rule("keys that stay put are listed while others come and go", async ({ backend }) => {
    const keys = await fill(backend, listedKeys);
    // As many listings as it takes until enough came and went beside them: one that goes over a network takes long enough by itself.
    const state = { listing: true, changes: 0 };
    for (let round = 0; round < 6 && state.changes < 300; round++) {
      state.listing = true;
      const others = Promise.all(
        Array.from({ length: 8 }, async (_, i) => {
          for (let n = 0; state.listing; n++) {
            await backend.put(`k/${round}${i}${n % 100}x`, sampleBytes(10), "t");
            await backend.delete(`k/${round}${i}${(n * 7) % 100}x`, "t");
            state.changes++;
            await settle(1);
          }
        }),
      );
      const listed = await backend.listKeys("k/", "t").finally(() => (state.listing = false));
      await others;
      deepEqual(
        listed.filter((k) => !k.endsWith("x")),
        keys,
      );
      ok(listed.every((k, i) => i === 0 || (listed[i - 1] ?? "") < k));
    }
  });
}

/** Stores `count` small values; returns their keys sorted. */
export async function fill(backend: CacheBackend, count: number): Promise<readonly string[]> {
  const keys = Array.from({ length: count }, (_, i) => `k/${i}`);
  await inParallel(keys, (key) => backend.put(key, sampleBytes(20), "t"));
  return keys.toSorted();
}
