import { describe, expect, test } from "@jest/globals";
import type { Scope } from "@cogniverse/sdk";
import { covers, encodePattern, matchesPattern } from "@cogniverse/sdk/keys";
import * as fc from "fast-check";

const part = fc.constantFrom("a", "b", "ab", ".", "..", "é");
const key = fc
  .array(fc.constantFrom("a", "b", "ab", "%2E", "%2E%2E", "%C3%A9"), { minLength: 1, maxLength: 4 })
  .map((list) => list.join("/"));
const glob = fc
  .array(fc.oneof(part, fc.constantFrom("*", "**", "?", "a*", ".*", "{a,b/*}")), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list): Scope => ({ kind: "glob", value: encodePattern(list.join("/")) }));
const prefix = key.map((k): Scope => ({ kind: "prefix", value: `${k}/` }));
const tag = fc.constantFrom("a", "b").map((value): Scope => ({ kind: "tag", value }));
const scope = fc.oneof(
  key.map((value): Scope => ({ kind: "key", value })),
  prefix,
  glob,
  tag,
  fc.constant<Scope>({ kind: "tenant" }),
);

/** What a scope holds, said once more without cleverness. */
function holds(set: Scope, entry: Readonly<{ key: string; tags: readonly string[] }>): boolean {
  if (set.kind === "key") return set.value === entry.key;
  if (set.kind === "prefix") return entry.key.startsWith(set.value);
  if (set.kind === "glob") return matchesPattern(set.value, entry.key);
  return set.kind === "tenant" || entry.tags.includes(set.value);
}

describe("covers", () => {
  test("whatever a record kills in a scope of keys, it covers that scope", () => {
    let killed = 0;
    fc.assert(
      fc.property(scope, scope, key, (record, dependsOn, k) => {
        const entry = { key: k, tags: [] };
        fc.pre(holds(record, entry) && holds(dependsOn, entry));
        killed++;
        expect(covers(record, dependsOn)).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(killed).toBeGreaterThan(500);
  });

  test("is exact between a record and a key or a tag", () => {
    fc.assert(
      fc.property(scope, key, (record, k) => {
        expect(covers(record, { kind: "key", value: k })).toBe(holds(record, { key: k, tags: [] }));
      }),
    );
    expect(covers({ kind: "tag", value: "a" }, { kind: "tag", value: "a" })).toBe(true);
    expect(covers({ kind: "tag", value: "a" }, { kind: "tag", value: "b" })).toBe(false);
    expect(covers({ kind: "tag", value: "a" }, { kind: "key", value: "a" })).toBe(false);
    expect(covers({ kind: "key", value: "a" }, { kind: "tag", value: "a" })).toBe(false);
  });

  test("the tenant covers all and is covered by all", () => {
    fc.assert(
      fc.property(scope, (any) => {
        expect(covers({ kind: "tenant" }, any)).toBe(true);
        expect(covers(any, { kind: "tenant" })).toBe(true);
      }),
    );
  });

  test("a kind of a later version counts as the tenant, on either side", () => {
    // Read from a log or an entry that a later release wrote.
    const later = { kind: "model", value: "m" } as unknown as Scope;
    const bare = { kind: "everything" } as unknown as Scope;
    fc.assert(
      fc.property(scope, (any) => {
        for (const unknown of [later, bare]) {
          expect(covers(unknown, any)).toBe(true);
          expect(covers(any, unknown)).toBe(true);
        }
      }),
    );
  });

  test("sets that cannot meet are left alone", () => {
    const prefixA: Scope = { kind: "prefix", value: "a/" };
    expect(covers(prefixA, { kind: "prefix", value: "b/" })).toBe(false);
    expect(covers(prefixA, { kind: "glob", value: "b/*" })).toBe(false);
    expect(covers(prefixA, { kind: "tag", value: "a/" })).toBe(false);
    expect(covers({ kind: "glob", value: "a/x*" }, { kind: "glob", value: "a/y*" })).toBe(false);
    expect(covers(prefixA, { kind: "key", value: "a" })).toBe(false);
    expect(covers(prefixA, { kind: "key", value: "ab" })).toBe(false);
  });
});
