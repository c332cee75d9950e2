import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { hashQuery, type QueryParts } from "@cogniverse/core";
import { failureOf } from "../support/failure-of.ts";

const base: QueryParts = { query: "red car", strategy: "text", topK: 10 };

describe("hashQuery", () => {
  test.each<[string, Partial<QueryParts>]>([
    ["white space and case", { query: "  Red \t\n CAR " }],
    ["Unicode forms", { query: "ｒｅｄ car" }],
    ["no filters and none", { filters: null }],
  ])("does not tell apart: %s", (_name, other) => {
    expect(hashQuery({ ...base, ...other })).toBe(hashQuery(base));
  });

  test("the order of names in filters does not matter, at any depth, that of a list does", () => {
    const hashed = (filters: unknown): string => hashQuery({ ...base, filters });
    expect(hashed({ b: [{ y: 1, x: 2 }], a: 1 })).toBe(hashed({ a: 1, b: [{ x: 2, y: 1 }] }));
    expect(hashed({ a: [1, 2] })).not.toBe(hashed({ a: [2, 1] }));
    expect(hashed({ a: undefined })).toBe(hashed({}));
  });

  test("tells all parts and all contents apart", () => {
    const parts = fc.record({
      query: fc.constantFrom("a", "b", "a b"),
      strategy: fc.constantFrom("a", "b", "text"),
      topK: fc.integer({ min: 1, max: 3 }),
      filters: fc.oneof(fc.constant(null), fc.jsonValue({ maxDepth: 2 })),
      revisions: fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = canonical(a) === canonical(b);
        expect(hashQuery(a) === hashQuery(b)).toBe(same);
      }),
      { numRuns: 1000 },
    );
    expect(hashQuery(base)).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[string, unknown]>([
    ["a Date", { after: new Date(0) }],
    ["a Set", { tags: new Set(["a"]) }],
    ["NaN", [Number.NaN]],
    ["too deep a nesting", nested(100_000)],
  ])("refuses filters with %s, which would make different queries one", async (_name, filters) => {
    expect(await failureOf(() => hashQuery({ ...base, filters }))).toBe("invalid_value");
  });

  test("leaves what it is given as it is", () => {
    const filters = { b: 1, a: [1] };
    const revisions = ["r"];
    hashQuery({ ...base, filters, revisions });
    expect([filters, filters.a, revisions].some(Object.isFrozen)).toBe(false);
    expect(Object.keys(filters)).toEqual(["b", "a"]);
  });

  test.each([1.5, Number.NaN])("refuses a topK of %d", async (topK) => {
    expect(await failureOf(() => hashQuery({ ...base, topK }))).toBe("invalid_value");
  });
});

/** Names sorted at every depth, by another way than the one under test. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([name, v]) => `${JSON.stringify(name)}:${canonical(v)}`);
  return `{${parts.sort().join()}}`;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}
