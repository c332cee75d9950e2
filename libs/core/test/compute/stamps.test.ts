import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { type LogRecord, type Scope, type ScopeStamp, toPosition } from "@cogniverse/sdk";
import { encodePattern } from "@cogniverse/sdk/keys";
import { MAX_STAMPS, Stamps } from "../../src/compute/stamps.ts";
import { TenantMirror } from "../../src/invalidation/tenant-mirror.ts";

const position = fc.nat(40).map(toPosition);
const path = fc
  .array(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join("/"));
const scope: fc.Arbitrary<Scope> = fc.oneof(
  { weight: 8, arbitrary: path.map((value) => ({ kind: "key" as const, value })) },
  { weight: 2, arbitrary: path.map((value) => ({ kind: "prefix" as const, value: `${value}/` })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("t1", "t2").map((value) => ({ kind: "tag" as const, value })),
  },
);
const digest = fc.constantFrom("d1", "d2");
const stamp: fc.Arbitrary<ScopeStamp> = fc.oneof(
  fc.record({ scope, asOf: position }),
  fc.record({ scope, asOf: position, digest }),
);
const killing: fc.Arbitrary<Scope> = fc.oneof(
  { weight: 6, arbitrary: scope },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("a/*", "**/c", "{a,b}/?", "*/*/d")
      .map((glob) => ({ kind: "glob" as const, value: encodePattern(glob) })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "tenant" as const }) },
);
const record = fc.record({
  scope: killing,
  position,
  mode: fc.constantFrom("hard" as const, "soft" as const),
  digest,
});

function mirrorOf(records: readonly Omit<LogRecord, "tenantId" | "at" | "node">[]): TenantMirror {
  const mirror = new TenantMirror();
  for (const each of records.toSorted((a, b) => a.position - b.position))
    mirror.apply({ tenantId: "t", at: 0, node: "n", ...each });
  return mirror;
}

describe("collapsed stamps", () => {
  test("are few, and die whenever the uncollapsed ones would", () => {
    let collapsed = 0;
    let deaths = 0;
    fc.assert(
      fc.property(
        fc.array(stamp, { minLength: 60, maxLength: 140 }),
        fc.array(record, { maxLength: 4 }),
        (all, records) => {
          const stamps = new Stamps();
          for (const each of all) stamps.add(each);
          const few = stamps.collapsed();
          expect(few.length).toBeLessThanOrEqual(MAX_STAMPS);
          if (stamps.size > MAX_STAMPS) collapsed++;
          const mirror = mirrorOf(records);
          const own = { asOf: toPosition(40), tags: [] };
          const exact = mirror.kill("results/x", { ...own, inherited: stamps.all() });
          const coarse = mirror.kill("results/x", { ...own, inherited: few });
          if (exact !== undefined) deaths++;
          expect(coarse === undefined && exact !== undefined).toBe(false);
          expect(coarse?.mode === "soft" && exact?.mode === "hard").toBe(false);
        },
      ),
      { numRuns: 500 },
    );
    expect(collapsed).toBeGreaterThan(100);
    expect(deaths).toBeGreaterThan(100);
  });

  test.each([
    ["as they are up to the limit", 64, ["key"]],
    ["prefixes above it", 65, ["prefix"]],
  ])("stay %s", (_name, count, kinds) => {
    const stamps = new Stamps();
    for (let i = 0; i < count; i++)
      stamps.add({ scope: { kind: "key", value: `frames/v/${i}` }, asOf: toPosition(i) });
    expect([...new Set(stamps.collapsed().map((s) => s.scope.kind))]).toEqual(kinds);
  });

  test("of more families than fit are the tenant, at the earliest position", () => {
    const stamps = new Stamps();
    for (let i = 0; i < 65; i++)
      stamps.add({ scope: { kind: "key", value: `k${i}` }, asOf: toPosition(100 - i) });
    expect(stamps.collapsed()).toEqual([{ scope: { kind: "tenant" }, asOf: 36 }]);
  });
});

test("named twice, the earlier position stands, and a digest only where both agree", () => {
  const source = { kind: "key", value: "a" } as const;
  const [p1, p2] = [toPosition(1), toPosition(2)];
  const merged = (...given: readonly ScopeStamp[]): readonly ScopeStamp[] => {
    const stamps = new Stamps();
    for (const each of given) stamps.add(each);
    return stamps.all();
  };
  expect(
    merged({ scope: source, asOf: p2, digest: "d" }, { scope: source, asOf: p1, digest: "d" }),
  ).toEqual([{ scope: source, asOf: 1, digest: "d" }]);
  expect(
    merged({ scope: source, asOf: p1, digest: "d" }, { scope: source, asOf: p2, digest: "e" }),
  ).toEqual([{ scope: source, asOf: 1 }]);
  expect(merged({ scope: source, asOf: p1, digest: "d" }, { scope: source, asOf: p2 })).toEqual([
    { scope: source, asOf: 1 },
  ]);
});
