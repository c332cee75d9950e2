import { deepEqual, equal } from "node:assert/strict";
import { type CacheBackend, toPosition } from "@cogniverse/sdk";
import type { BackendFixture } from "./backend-fixture.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, entriesOf, readEntry, sampleBytes, sampleEntry } from "./samples.ts";

/** What happens to the storage from outside: a second node, and somebody who wipes it. */
export function storageRules(rule: Rule, { can, has, listingLagMs }: ResolvedContract): void {
  if (can("another")) {
    rule("two nodes on one storage see each other's copies at once", async (f) => {
      const second = await anotherOf(f);
      await f.backend.put("a", sampleBytes(10), "t");
      checkBytes(await second.get("a", "t"), sampleBytes(10));
      await second.put("a", sampleBytes(20, 1), "t");
      checkBytes(await f.backend.get("a", "t"), sampleBytes(20, 1));
      await second.put("b", sampleBytes(1), "t");
      deepEqual(await second.listKeys("", "t"), ["a", "b"]);
      if (listingLagMs > 0) await f.advance(listingLagMs);
      deepEqual(await f.backend.listKeys("", "t"), ["a", "b"]);
      await f.backend.delete("a", "t");
      equal(await second.exists("a", "t"), false);
    });
    if (has("entries")) sharedEntryRules(rule);
    if (has("leases")) sharedLeaseRule(rule);
  }
  if (can("forget"))
    rule("a storage that was wiped is an empty one, and takes writes again", async (f) => {
      await f.backend.put("a", sampleBytes(10), "t");
      checkBytes(await f.backend.get("a", "t"), sampleBytes(10));
      await f.forget?.();
      equal(await f.backend.get("a", "t"), undefined);
      deepEqual(await f.backend.listKeys("", "t"), []);
      equal(await f.backend.put("a", sampleBytes(20), "t"), true);
      checkBytes(await f.backend.get("a", "t"), sampleBytes(20));
    });
}

function sharedEntryRules(rule: Rule): void {
  rule("an etag of one node is an etag of the other", async (f) => {
    const second = await anotherOf(f);
    const etag = (await put(f.backend, 1)) ?? "";
    equal((await readEntry(second, "a", "t"))?.etag, etag);
    const next = await entriesOf(second).putEntry("a", entryOf(2), "t", { if: "match", etag });
    equal(typeof next, "string");
    equal(await entriesOf(f.backend).deleteEntry("a", etag, "t"), false);
    equal(await entriesOf(f.backend).deleteEntry("a", next ?? "", "t"), true);
  });

  rule("of 16 conditional writes from two nodes exactly one wins", async (f) => {
    const nodes = [f.backend, await anotherOf(f)];
    const race = async (write: (node: CacheBackend, n: number) => Promise<string | undefined>) => {
      const writes = Array.from({ length: 16 }, (_, n) => write(nodes[n % 2] ?? f.backend, n));
      return (await Promise.all(writes)).filter((etag) => etag !== undefined);
    };
    const [first, ...more] = await race((node, n) =>
      entriesOf(node).putEntry("a", entryOf(n), "t", { if: "absent" }),
    );
    deepEqual([typeof first, more], ["string", []]);
    const etag = first ?? "";
    const winners = await race((node, n) =>
      // Other bytes than before: where an etag is made from them, equal ones still match.
      entriesOf(node).putEntry("a", entryOf(16 + n), "t", { if: "match", etag }),
    );
    equal(winners.length, 1);
    for (const node of nodes) equal((await readEntry(node, "a", "t"))?.etag, winners[0]);
  });
}

function sharedLeaseRule(rule: Rule): void {
  rule("of 16 that want a lease from two nodes exactly one gets it", async (f) => {
    const nodes = [f.backend, await anotherOf(f)];
    const wanted = Array.from({ length: 16 }, async (_, n) =>
      nodes[n % 2]?.leases?.acquire("a", "t", 10_000),
    );
    const held = (await Promise.all(wanted)).filter((lease) => lease !== undefined);
    equal(held.length, 1);
    await held[0]?.[Symbol.asyncDispose]();
  });
}

async function anotherOf(fixture: BackendFixture): Promise<CacheBackend> {
  if (fixture.another === undefined) throw new Error("The hook `another` is said and not there");
  return fixture.another();
}

function entryOf(n: number): ReturnType<typeof sampleEntry> {
  return sampleEntry(sampleBytes(100 + n, n), { asOf: toPosition(5), user: { n: `${n}` } });
}

function put(backend: CacheBackend, n: number): Promise<string | undefined> {
  return entriesOf(backend).putEntry("a", entryOf(n), "t");
}
