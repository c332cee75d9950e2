import { deepEqual, equal, fail, notEqual, ok } from "node:assert/strict";
import {
  CacheError,
  isUnreadable,
  type StoredHead,
  toPosition,
  type UnreadableCopy,
} from "@cogniverse/sdk";
import type { ResolvedContract, Rule } from "./rule.ts";
import type { BackendFixture } from "./backend-fixture.ts";
import { checkBytes, entriesOf, readEntry, sampleBytes, sampleEntry } from "./samples.ts";

/** Every property set, with all that text can hold. */
const rich = sampleEntry(sampleBytes(300), {
  asOf: toPosition(Number.MAX_SAFE_INTEGER),
  freshUntil: 1_735_689_600_001,
  computeMs: 0.125,
  codec: "npz@1",
  contentType: "text/plain; charset=utf-8",
  encodings: ["zstd"],
  decodedBytes: 2 ** 40,
  digest: "ab".repeat(32),
  tags: ["vidéo", "a,b", "", "x".repeat(300), "\ud83d\ude00", "line\nbreak"],
  inherited: [
    { scope: { kind: "key", value: "a/b" }, asOf: toPosition(1), digest: "cd".repeat(32) },
    { scope: { kind: "glob", value: "{a/*,b}" }, asOf: toPosition(0) },
    { scope: { kind: "tag", value: "é" }, asOf: toPosition(2) },
    { scope: { kind: "tenant" }, asOf: toPosition(3) },
  ],
  user: {
    "": "empty name",
    empty: "",
    título: "Straße 😀 漢字",
    "a b=c": '\u0000\u001f"\\',
    ctor: "x",
  },
});

/** Entries: bytes and metadata in one. */
export function entryRules(rule: Rule, { tickMs }: ResolvedContract): void {
  rule("metadata comes back as it was, and so does its absence", async ({ backend }) => {
    const entries = entriesOf(backend);
    for (const [key, entry] of [
      ["rich", rich],
      ["bare", sampleEntry(sampleBytes(0))],
    ] as const) {
      const etag = await entries.putEntry(key, entry, "t");
      equal(typeof etag, "string");
      const read = await readEntry(backend, key, "t");
      deepEqual(read?.metadata, entry.metadata);
      checkBytes(read?.data, entry.data);
      equal(read?.etag, etag);
      const head = await entries.headEntry(key, "t");
      ok(head !== undefined && !isUnreadable(head));
      deepEqual([head.metadata, head.etag], [entry.metadata, etag]);
      ok(!("data" in head), "a head carries the data");
    }
    equal(await entries.getEntry("none", "t"), undefined);
    equal(await entries.headEntry("none", "t"), undefined);
  });

  rule(
    "an entry's metadata is its own: an overwrite leaves nothing of the old one",
    async ({ backend }) => {
      const first = await entriesOf(backend).putEntry("a", rich, "t");
      const bare = sampleEntry(sampleBytes(5));
      const second = await entriesOf(backend).putEntry("a", bare, "t");
      notEqual(first, second);
      deepEqual((await readEntry(backend, "a", "t"))?.metadata, bare.metadata);
    },
  );

  rule("an entry is seen by the six calls, and a plain put as an entry of no log", async (f) => {
    await entriesOf(f.backend).putEntry("entry", sampleEntry(sampleBytes(10)), "t");
    checkBytes(await f.backend.get("entry", "t"), sampleBytes(10));
    await f.backend.put("plain", sampleBytes(20), "t", { título: "é" }, null);
    const read = await readEntry(f.backend, "plain", "t");
    checkBytes(read?.data, sampleBytes(20));
    equal(read?.metadata.logId, "");
    deepEqual([read?.metadata.user, read?.metadata.expiresAt], [{ título: "é" }, null]);
    deepEqual(await f.backend.listKeys("", "t"), ["entry", "plain"]);
    await f.backend.delete("entry", "t");
    equal(await readEntry(f.backend, "entry", "t"), undefined);
  });

  rule("an entry is gone at its expiresAt, from entries and from the six calls", async (f) => {
    const expiring = sampleEntry(sampleBytes(10), { expiresAt: now(f) + 3 * tickMs });
    await entriesOf(f.backend).putEntry("a", expiring, "t");
    await f.advance(2 * tickMs);
    equal((await readEntry(f.backend, "a", "t"))?.metadata.expiresAt, expiring.metadata.expiresAt);
    await f.advance(1.5 * tickMs);
    equal(await readEntry(f.backend, "a", "t"), undefined);
    const head = await entriesOf(f.backend).headEntry("a", "t");
    ok(head === undefined || isUnreadable(head));
    equal(await f.backend.exists("a", "t"), false);
    equal(await f.backend.get("a", "t"), undefined);
    deepEqual(await f.backend.listKeys("", "t"), []);
    deepEqual((await f.backend.batch?.getEntries(["a"], "t"))?.some(isServed) ?? false, false);
    equal(await f.backend.streams?.getStream("a", "t"), undefined);
    for await (const { key } of f.backend.scan?.scan("", undefined, "t") ?? [])
      fail(`the scan meets ${key}`);
  });

  rule("an entry whose time is over already is never served", async (f) => {
    const entry = sampleEntry(sampleBytes(10), { expiresAt: now(f) - 1 });
    await entriesOf(f.backend).putEntry("a", entry, "t");
    equal(await readEntry(f.backend, "a", "t"), undefined);
    equal(await f.backend.exists("a", "t"), false);
  });
}

function isServed(answer: StoredHead | UnreadableCopy | CacheError | undefined): boolean {
  return answer !== undefined && !CacheError.isInstance(answer) && !isUnreadable(answer);
}

function now(fixture: BackendFixture): number {
  return fixture.clock?.now() ?? Date.now();
}
