import { deepEqual, equal, ok } from "node:assert/strict";
import { CacheError, isUnreadable, toPosition } from "@cogniverse/sdk";
import { inParallel } from "./in-parallel.ts";
import { fill } from "./listing-rules.ts";
import type { Rule } from "./rule.ts";
import { checkBytes, entriesOf, sampleBytes, sampleEntry } from "./samples.ts";

/** `batch`. */
export function batchRules(rule: Rule): void {
  rule("a batch answers each key in its place", async ({ backend }) => {
    const keys = await fill(backend, 300);
    const asked = [...keys.toReversed(), "none", keys[0] ?? "", "k/"];
    const answers = (await backend.batch?.getEntries(asked, "t")) ?? [];
    equal(answers.length, asked.length);
    const hits = answers.map((a) =>
      a === undefined || CacheError.isInstance(a) || isUnreadable(a)
        ? undefined
        : a.data.byteLength,
    );
    deepEqual(
      hits,
      asked.map((key) => (keys.includes(key) ? 20 : undefined)),
    );
    deepEqual(await backend.batch?.getEntries([], "t"), []);
    deepEqual(await backend.batch?.getEntries(["k/0"], "u"), [undefined]);
  });

  rule("a batch gives data, metadata and etag of each entry", async ({ backend }) => {
    const keys = Array.from({ length: 40 }, (_, n) => `k/${n}`);
    const entries = keys.map((key, n) =>
      sampleEntry(sampleBytes(n * 5000, n), { user: { título: key }, asOf: toPosition(n) }),
    );
    const etags = await inParallel(entries, (entry, n) =>
      entriesOf(backend).putEntry(`k/${n}`, entry, "t"),
    );
    const answers = (await backend.batch?.getEntries(keys, "t")) ?? [];
    equal(answers.length, keys.length);
    answers.forEach((answer, n) => {
      ok(answer !== undefined && !CacheError.isInstance(answer) && !isUnreadable(answer));
      checkBytes(answer.data, entries[n]?.data ?? new Uint8Array());
      deepEqual([answer.metadata, answer.etag], [entries[n]?.metadata, etags[n]]);
    });
  });

  rule("a batch of more keys than a service takes at once answers all", async ({ backend }) => {
    await backend.put("k/1", sampleBytes(20), "t");
    await backend.put("k/1200", sampleBytes(21), "t");
    const asked = Array.from({ length: 1201 }, (_, n) => `k/${n}`);
    const answers = (await backend.batch?.getEntries(asked, "t")) ?? [];
    equal(answers.length, 1201);
    const there = answers.flatMap((answer, n) => (answer === undefined ? [] : [n]));
    deepEqual(there, [1, 1200]);
  });
}
