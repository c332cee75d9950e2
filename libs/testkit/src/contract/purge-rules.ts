import { deepEqual, equal, ok } from "node:assert/strict";
import type { CacheBackend } from "@cogniverse/sdk";
import { fill } from "./listing-rules.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, sampleBytes } from "./samples.ts";

/** `purge`. */
export function purgeRules(rule: Rule, { unreadable, tickMs }: ResolvedContract): void {
  rule(
    "a purge takes all of a tenant, and nothing of one whose name begins like its own",
    async (f) => {
      await fill(f.backend, 300);
      for (const tenantId of ["t:1", "t.", "u"])
        await f.backend.put("k/1", sampleBytes(9), tenantId);
      await f.backend.put("large", sampleBytes(100_000), "t");
      await f.backend.put("short", sampleBytes(9), "t", undefined, (2 * tickMs) / 1000);
      await f.advance(3 * tickMs);
      const told: number[] = [];
      const removed = await purgeOf(f.backend)("t", { onRemoved: (so) => void told.push(so) });
      // What expired may have gone by itself.
      ok(removed === 301 || removed === 302, `${removed} entries`);
      ok(told.every((so) => so <= removed));
      deepEqual(await f.backend.listKeys("", "t"), []);
      const { entries, bytes } = await f.backend.getStats("t");
      deepEqual({ entries, bytes }, { entries: 0, bytes: 0 });
      for (const tenantId of ["t:1", "t.", "u"])
        checkBytes(await f.backend.get("k/1", tenantId), sampleBytes(9));
      if (f.leftovers !== undefined) deepEqual(await f.leftovers(), []);
    },
  );

  for (const kind of unreadable)
    rule(`a purge takes a copy that is ${kind}`, async (f) => {
      await f.backend.put("a", sampleBytes(50_000), "t");
      await f.spoil?.("a", "t", kind);
      equal(await purgeOf(f.backend)("t"), 1);
      equal(await purgeOf(f.backend)("t"), 0);
    });

  rule(
    "a tenant that was purged begins anew, and one without anything is nothing to purge",
    async (f) => {
      equal(await purgeOf(f.backend)("t"), 0);
      await f.backend.put("a", sampleBytes(9), "t");
      equal(await purgeOf(f.backend)("t"), 1);
      equal(await f.backend.get("a", "t"), undefined);
      await f.backend.put("a", sampleBytes(7), "t");
      checkBytes(await f.backend.get("a", "t"), sampleBytes(7));
      deepEqual(await f.backend.listKeys("", "t"), ["a"]);
      equal((await f.backend.getStats("t")).entries, 1);
    },
  );
}

function purgeOf(backend: CacheBackend): NonNullable<CacheBackend["purge"]> {
  if (backend.purge === undefined) throw new Error("The backend claims a purge and has none");
  return backend.purge.bind(backend);
}
