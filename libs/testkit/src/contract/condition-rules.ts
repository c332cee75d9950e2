import { equal, ok } from "node:assert/strict";
import { type CacheBackend, toPosition, type WriteCondition } from "@cogniverse/sdk";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, entriesOf, readEntry, sampleBytes, sampleEntry } from "./samples.ts";

/** Conditional writes and deletes. */
export function conditionRules(rule: Rule, { tickMs }: ResolvedContract): void {
  rule("`absent` writes where nothing is, and only there", async ({ backend }) => {
    equal(typeof (await put(backend, 1, { if: "absent" })), "string");
    equal(await put(backend, 2, { if: "absent" }), undefined);
    await holds(backend, 1);
    await backend.delete("a", "t");
    equal(typeof (await put(backend, 3, { if: "absent" })), "string");
    await holds(backend, 3);
  });

  rule("`absent` takes an expired copy for nothing", async (f) => {
    await f.backend.put("a", sampleBytes(9), "t", undefined, tickMs / 1000);
    await f.advance(1.5 * tickMs);
    equal(typeof (await put(f.backend, 1, { if: "absent" })), "string");
    await holds(f.backend, 1);
  });

  rule("`match` writes over exactly the copy it names", async ({ backend }) => {
    equal(await put(backend, 1, { if: "match", etag: "none" }), undefined);
    equal(await backend.exists("a", "t"), false);
    const first = (await put(backend, 1)) ?? "";
    const second = (await put(backend, 2, { if: "match", etag: first })) ?? "";
    ok(second !== "" && second !== first);
    equal(await put(backend, 3, { if: "match", etag: first }), undefined);
    await holds(backend, 2);
  });

  rule("`not-newer` spares a copy of a later position, and no other", async ({ backend }) => {
    const at = (n: number): WriteCondition => ({ if: "not-newer", asOf: toPosition(n) });
    equal(typeof (await put(backend, 1, at(1), 5)), "string");
    equal(await put(backend, 2, at(4), 4), undefined);
    await holds(backend, 1);
    equal(typeof (await put(backend, 3, at(5), 5)), "string");
    equal(typeof (await put(backend, 4, at(6), 6)), "string");
    await holds(backend, 4);
  });

  rule("`not-newer` heeds no copy of another log, whatever its position", async ({ backend }) => {
    const at = (asOf: number): WriteCondition => ({ if: "not-newer", asOf: toPosition(asOf) });
    const otherLog = { logId: "f".repeat(32), asOf: toPosition(9), user: { n: "1" } };
    await entriesOf(backend).putEntry("a", sampleEntry(sampleBytes(101, 1), otherLog), "t");
    equal(typeof (await put(backend, 2, at(2), 2)), "string");
    await holds(backend, 2);
    equal(await put(backend, 3, at(1), 1), undefined);
    await backend.put("a", sampleBytes(9), "t");
    equal(typeof (await put(backend, 4, at(0), 0)), "string");
    await holds(backend, 4);
  });

  rule("of 16 concurrent `absent` writes exactly one wins", async ({ backend }) => {
    const etags = await Promise.all(numbers().map((n) => put(backend, n, { if: "absent" })));
    const winners = numbers().filter((n) => etags[n] !== undefined);
    equal(winners.length, 1);
    await holds(backend, winners[0] ?? -1);
    equal((await readEntry(backend, "a", "t"))?.etag, etags[winners[0] ?? -1]);
  });

  rule("of 16 concurrent writes that match one etag exactly one wins", async ({ backend }) => {
    const etag = (await put(backend, 100)) ?? "";
    const etags = await Promise.all(numbers().map((n) => put(backend, n, { if: "match", etag })));
    const winners = numbers().filter((n) => etags[n] !== undefined);
    equal(winners.length, 1);
    await holds(backend, winners[0] ?? -1);
  });

  rule("of concurrent `not-newer` writes the latest position stays", async ({ backend }) => {
    const shuffled = numbers().map((n) => (n * 7) % 16);
    await Promise.all(
      shuffled.map((n) => put(backend, n, { if: "not-newer", asOf: toPosition(n) }, n)),
    );
    await holds(backend, 15);
  });

  rule("expectPut, where there is one, changes nothing", async ({ backend }) => {
    const entries = entriesOf(backend);
    await entries.expectPut?.("a", "t");
    equal(await backend.exists("a", "t"), false);
    equal(typeof (await put(backend, 1, { if: "absent" })), "string");
    await entries.expectPut?.("a", "t");
    await holds(backend, 1);
    equal(await put(backend, 2, { if: "absent" }), undefined);
    await holds(backend, 1);
  });

  rule("deleteEntry deletes exactly the copy it names", async ({ backend }) => {
    const entries = entriesOf(backend);
    const first = (await put(backend, 1)) ?? "";
    equal(await entries.deleteEntry("a", "none", "t"), false);
    equal(await entries.deleteEntry("a", first, "u"), false);
    const second = (await put(backend, 2)) ?? "";
    equal(await entries.deleteEntry("a", first, "t"), false);
    await holds(backend, 2);
    equal(await entries.deleteEntry("a", second, "t"), true);
    equal(await backend.exists("a", "t"), false);
    equal(await entries.deleteEntry("a", second, "t"), false);
  });

  rule("deleteEntries, where there is one, deletes exactly the copies it names", async (f) => {
    const entries = entriesOf(f.backend);
    if (entries.deleteEntries === undefined) return;
    const names = Array.from({ length: 150 }, (_, n) => `many/${n}`);
    const entry = sampleEntry(sampleBytes(100, 1));
    const etags = new Map<string, string>();
    for (const key of names) etags.set(key, (await entries.putEntry(key, entry, "t")) ?? "refused");
    const replaced = (await entries.putEntry("many/7", entry, "t")) ?? "";
    const named = names.map((key) => ({ key, etag: etags.get(key) ?? "" }));
    const answers = await entries.deleteEntries(
      [...named, { key: "many/none", etag: "none" }],
      "t",
    );
    equal(answers.join(), [...names.map((key) => key !== "many/7"), false].join());
    equal((await f.backend.listKeys("many/", "t")).join(), "many/7");
    const other = await entries.deleteEntries([{ key: "many/7", etag: replaced }], "u");
    equal(other.join(), "false");
    equal((await entries.deleteEntries([{ key: "many/7", etag: replaced }], "t")).join(), "true");
    equal((await entries.deleteEntries([], "t")).length, 0);
  });

  rule("a conditional delete never takes a copy that came after", async ({ backend }) => {
    for (let round = 0; round < 8; round++) {
      const etag = (await put(backend, 1)) ?? "";
      const drop = (): Promise<boolean> => entriesOf(backend).deleteEntry("a", etag, "t");
      const write = (): Promise<string | undefined> => put(backend, 2);
      await Promise.all(round % 2 === 0 ? [write(), drop(), drop()] : [drop(), drop(), write()]);
      await holds(backend, 2);
    }
  });
}

function put(
  backend: CacheBackend,
  n: number,
  condition?: WriteCondition,
  asOf: number = 5,
): Promise<string | undefined> {
  const entry = sampleEntry(sampleBytes(100 + n, n), {
    asOf: toPosition(asOf),
    user: { n: `${n}` },
  });
  return entriesOf(backend).putEntry("a", entry, "t", condition);
}

async function holds(backend: CacheBackend, n: number): Promise<void> {
  const read = await readEntry(backend, "a", "t");
  equal(read?.metadata.user["n"], `${n}`);
  checkBytes(read?.data, sampleBytes(100 + n, n));
}

function numbers(): number[] {
  return Array.from({ length: 16 }, (_, n) => n);
}
