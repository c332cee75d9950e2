import { deepEqual, equal, ok } from "node:assert/strict";
import type { CacheBackend, KeyScan } from "@cogniverse/sdk";
import type { ResolvedContract, Rule } from "./rule.ts";
import { fill } from "./listing-rules.ts";
import { sampleBytes } from "./samples.ts";

/** `scan`. */
export function scanRules(rule: Rule, { listedKeys, tickMs }: ResolvedContract): void {
  rule(
    `a scan meets each of ${listedKeys} keys once, in order, with its metadata`,
    async ({ backend }) => {
      const keys = await fill(backend, listedKeys);
      await backend.put("other", sampleBytes(1), "u");
      const seen: string[] = [];
      for await (const { key, metadata, etag } of scanOf(backend).scan("k/", undefined, "t")) {
        seen.push(key);
        deepEqual([metadata.decodedBytes, typeof etag], [20, "string"]);
      }
      deepEqual(seen, keys);
    },
  );

  rule("a scan goes on after any key, stored or not", async ({ backend }) => {
    const keys = await fill(backend, 300);
    for (const after of [
      "k/0",
      keys[99] ?? "",
      keys[298] ?? "",
      keys[299] ?? "",
      "k/15x",
      "a",
      "z",
    ])
      deepEqual(
        await collect(backend, "", after),
        keys.filter((k) => k > after),
      );
    deepEqual(
      await collect(backend, "k/2", "k/25"),
      keys.filter((k) => k.startsWith("k/2") && k > "k/25"),
    );
  });

  rule("keys that stay put are met exactly once while others come and go", async ({ backend }) => {
    const keys = await fill(backend, Math.min(listedKeys, 1500));
    const seen: string[] = [];
    for await (const { key } of scanOf(backend).scan("", undefined, "t")) {
      seen.push(key);
      const i = seen.length % 100;
      if (seen.length % 10 === 0) await backend.put(`k/${i}x`, sampleBytes(20), "t");
      if (seen.length % 15 === 0) await backend.delete(`k/${(i + 40) % 100}x`, "t");
    }
    deepEqual(
      seen.filter((k) => !k.endsWith("x")),
      keys,
    );
    equal(new Set(seen).size, seen.length);
  });

  rule("a scan can be left early, and leaves out what expired", async (f) => {
    await fill(f.backend, 300);
    for await (const { key } of scanOf(f.backend).scan("", undefined, "t")) {
      ok(key);
      break;
    }
    await f.backend.put("gone", sampleBytes(20), "t", undefined, tickMs / 1000);
    await f.advance(1.5 * tickMs);
    equal((await collect(f.backend, "g", undefined)).length, 0);
    equal(await f.backend.put("after", sampleBytes(1), "t"), true);
  });
}

function scanOf(backend: CacheBackend): KeyScan {
  if (backend.scan === undefined) throw new Error("The backend claims `scan` and has none");
  return backend.scan;
}

async function collect(
  backend: CacheBackend,
  prefix: string,
  after: string | undefined,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of scanOf(backend).scan(prefix, after, "t")) keys.push(key);
  return keys;
}
