import { deepEqual, equal, ok } from "node:assert/strict";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, sampleBytes } from "./samples.ts";

/** The six calls, one caller at a time. */
export function plainRules(rule: Rule, { largestBytes }: ResolvedContract): void {
  rule("absence is undefined and false, and deleting it no failure", async ({ backend }) => {
    equal(await backend.get("a", "t"), undefined);
    equal(await backend.exists("a", "t"), false);
    equal(typeof (await backend.delete("a", "t")), "boolean");
    deepEqual(await backend.listKeys("", "t"), []);
  });

  rule("an empty value is a hit", async ({ backend }) => {
    equal(await backend.put("a", new Uint8Array(), "t"), true);
    checkBytes(await backend.get("a", "t"), new Uint8Array());
    equal(await backend.exists("a", "t"), true);
    deepEqual(await backend.listKeys("", "t"), ["a"]);
  });

  for (const bytes of [1, 4096, 300_000, largestBytes])
    rule(`a value of ${bytes} bytes comes back as it was`, async ({ backend }) => {
      const data = sampleBytes(bytes);
      equal(await backend.put("a", data, "t"), true);
      const read = await backend.get("a", "t");
      equal(read?.byteLength, bytes);
      checkBytes(read, data);
    });

  rule("a view into a larger buffer is stored as what it shows", async ({ backend }) => {
    const large = Buffer.from(sampleBytes(1000));
    await backend.put("a", large.subarray(100, 200), "t");
    checkBytes(await backend.get("a", "t"), sampleBytes(1000).slice(100, 200));
  });

  rule("an overwrite replaces the whole value, also by a shorter one", async ({ backend }) => {
    for (const [bytes, seed] of [
      [300_000, 1],
      [10, 2],
      [0, 3],
      [100_000, 4],
    ] as const) {
      await backend.put("a", sampleBytes(bytes, seed), "t");
      checkBytes(await backend.get("a", "t"), sampleBytes(bytes, seed));
    }
    deepEqual(await backend.listKeys("", "t"), ["a"]);
  });

  rule("what was deleted is gone from every call, until it is put again", async ({ backend }) => {
    await backend.put("a", sampleBytes(10), "t");
    await backend.put("b", sampleBytes(10), "t");
    equal(await backend.delete("a", "t"), true);
    equal(await backend.get("a", "t"), undefined);
    equal(await backend.exists("a", "t"), false);
    deepEqual(await backend.listKeys("", "t"), ["b"]);
    await backend.put("a", sampleBytes(20), "t");
    checkBytes(await backend.get("a", "t"), sampleBytes(20));
  });

  rule("stats count a tenant's own entries and bytes", async ({ backend }) => {
    await backend.put("a", sampleBytes(1000), "t");
    await backend.put("b", sampleBytes(2000), "t");
    await backend.put("b", sampleBytes(2000, 1), "t");
    const [own, other] = [await backend.getStats("t"), await backend.getStats("u")];
    for (const { entries, bytes, details = {} } of [own, other])
      for (const figure of [entries, bytes, ...Object.values(details)]) ok(Number.isFinite(figure));
    if (!own.exact) return;
    equal(own.entries, 2);
    ok(own.bytes >= 3000 && own.bytes < 100_000, `${own.bytes} bytes for 3,000`);
    deepEqual([other.entries, other.bytes], [0, 0]);
    await backend.delete("a", "t");
    equal((await backend.getStats("t")).entries, 1);
  });
}
