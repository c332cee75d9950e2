import { deepEqual, equal, ok } from "node:assert/strict";
import { type CacheBackend, isUnreadable } from "@cogniverse/sdk";
import type { BackendFixture, UnreadableKind } from "./backend-fixture.ts";
import type { ResolvedContract, Rule } from "./rule.ts";
import { checkBytes, entriesOf, readEntry, sampleBytes, sampleEntry } from "./samples.ts";

const large = sampleEntry(sampleBytes(50_000), { user: { whole: "yes" } });

/** Copies that are there and cannot be told. */
export function unreadableRules(rule: Rule, { unreadable, has }: ResolvedContract): void {
  for (const kind of unreadable) {
    rule(`a copy that is ${kind} is reported so, and served by no call`, async (f) => {
      await spoilt(f, kind);
      isReported(await entriesOf(f.backend).getEntry("a", "t"), kind);
      await spoilt(f, kind);
      equal((await f.backend.get("a", "t")) === undefined, true);
      checkBytes((await readEntry(f.backend, "b", "t"))?.data, large.data);
      if (has("scan")) await scanned(f.backend);
    });

    if (has("batch"))
      rule(`a batch reports a copy that is ${kind} in its place`, async (f) => {
        await spoilt(f, kind);
        const answers = await f.backend.batch?.getEntries(["b", "a", "c"], "t");
        const [healthy, bad, none] = answers ?? [];
        equal(healthy !== undefined && "etag" in healthy, true);
        isReported(bad, kind);
        equal(none, undefined);
      });

    if (kind === "corrupt") droppedRule(rule);
    else keptRule(rule, kind);

    rule(`a copy that is ${kind} can be written over and deleted`, async (f) => {
      await spoilt(f, kind);
      equal(typeof (await entriesOf(f.backend).putEntry("a", large, "t")), "string");
      deepEqual((await readEntry(f.backend, "a", "t"))?.metadata, large.metadata);
      await spoilt(f, kind);
      await f.backend.delete("a", "t");
      equal((await entriesOf(f.backend).getEntry("a", "t")) === undefined, true);
    });
  }
}

function droppedRule(rule: Rule): void {
  rule("a copy that is corrupt does not come back as another", async (f) => {
    await spoilt(f, "corrupt");
    for (let i = 0; i < 3; i++) {
      const answer = await entriesOf(f.backend).getEntry("a", "t");
      if (answer !== undefined) isReported(answer, "corrupt");
    }
  });
}

function keptRule(rule: Rule, kind: UnreadableKind): void {
  rule(`a copy that is ${kind} is kept, however often it is read`, async (f) => {
    await spoilt(f, kind);
    for (let i = 0; i < 3; i++) {
      isReported(await entriesOf(f.backend).getEntry("a", "t"), kind);
      equal((await f.backend.get("a", "t")) === undefined, true);
    }
    const head = await entriesOf(f.backend).headEntry("a", "t");
    isReported(head, kind);
  });
}

/** Not by comparing the whole answer: a diff of a large value would take minutes. */
function isReported(answer: unknown, kind: UnreadableKind): void {
  ok(typeof answer === "object" && answer !== null, "the copy is reported as absent");
  ok("unreadable" in answer, "the copy is served");
  equal(answer.unreadable, kind);
}

/** Stores "a" and "b" and spoils "a". */
async function spoilt(fixture: BackendFixture, how: UnreadableKind): Promise<void> {
  for (const key of ["a", "b"]) await entriesOf(fixture.backend).putEntry(key, large, "t");
  await fixture.spoil?.("a", "t", how);
}

async function scanned(backend: CacheBackend): Promise<void> {
  const seen: string[] = [];
  for await (const head of backend.scan?.scan("", undefined, "t") ?? []) {
    equal(isUnreadable(head), false);
    seen.push(head.key);
  }
  equal(seen.includes("b"), true, "the scan ends at the copy that it cannot read");
}
