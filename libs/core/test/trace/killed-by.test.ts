import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { toPosition, type Scope, type TenantCache } from "@cogniverse/sdk";
import { recordingTelemetry } from "@cogniverse/testkit";
import { TenantMirror } from "../../src/invalidation/tenant-mirror.ts";
import { setUp } from "../support/set-up.ts";

type Attributes = Readonly<Record<string, unknown>>;

/** Stores, kills, reads, and returns what the read's span says of the killer. */
async function killer(
  store: (acme: TenantCache) => Promise<unknown>,
  kill: (acme: TenantCache) => Promise<unknown>,
): Promise<Attributes> {
  const telemetry = recordingTelemetry();
  const { acme, manager } = setUp({ memory: "memory", disk: "entry" }, { telemetry });
  await store(acme);
  await kill(acme);
  await acme.get("frames/ab/1");
  const span = telemetry.spans.findLast(({ name }) => name === "cache.get");
  await manager.close();
  expect(span?.attributes["cache.miss_cause"]).toBe("invalidated");
  const { attributes = {} } = span ?? {};
  const prefix = "cache.killed_by.";
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

const put = (acme: TenantCache): Promise<unknown> =>
  acme.put("frames/ab/1", "x", { tags: ["red"] });

const kinds: readonly (readonly [Scope, string])[] = [
  [{ kind: "key", value: "frames/ab/1" }, "key frames/ab/1"],
  [{ kind: "prefix", value: "frames/ab/" }, "prefix frames/ab/"],
  [{ kind: "tag", value: "red" }, "tag red"],
  [{ kind: "glob", value: "frames/*/1" }, "glob frames/*/1"],
  [{ kind: "tenant" }, "tenant"],
];

test.each(kinds)("a copy killed by a record on %o says so", async (scope, text) => {
  const options = { mode: "soft", reason: "upload replaced" } as const;
  expect(await killer(put, (acme) => acme.invalidate(scope, options))).toEqual({
    scope: text,
    mode: "soft",
    position: 2,
    node: expect.any(String),
    reason: "upload replaced",
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
});

test("what was derived names the source and the record that the source fell to", async () => {
  const derive = async (acme: TenantCache): Promise<unknown> => {
    await acme.put("notes/a b", 1);
    return acme.getOrCompute("frames/ab/1", async () => acme.get("notes/a b"));
  };
  const said = await killer(derive, (acme) => acme.put("notes/a b", 2));
  expect(said).toMatchObject({ scope: "key notes/a b", source: "key notes/a b", mode: "hard" });
  const byGlob = await killer(derive, (acme) => acme.invalidateByPattern("notes/*"));
  expect(byGlob).toMatchObject({ scope: "glob notes/*", source: "key notes/a b" });
});

test("a hit below says what killed the copy above", async () => {
  const telemetry = recordingTelemetry();
  const { acme, manager, faults } = setUp({ near: "entry", far: "entry" }, { telemetry });
  await acme.put("notes/1", 1);
  faults("near").lose("putEntry");
  await acme.put("notes/1", 2);
  expect(await acme.get("notes/1")).toBe(2);
  const span = telemetry.spans.findLast(({ name }) => name === "cache.get");
  expect(span?.attributes).toMatchObject({
    "cache.hit": "far",
    "cache.causes": "near=invalidated",
    "cache.killed_by.scope": "key notes/1",
    "cache.killed_by.position": 2,
  });
  await manager.close();
});

test("a record that came in long ago is still named by its scope", async () => {
  const said = await killer(put, async (acme) => {
    await acme.invalidate({ kind: "tag", value: "red" });
    for (let i = 0; i < 1024; i++) await acme.delete(`notes/${i}`);
  });
  expect(said).toEqual({ scope: "tag red", mode: "hard", position: 2 });
});

test("a copy of another log died with that log", async () => {
  const telemetry = recordingTelemetry();
  const { acme, manager, restart } = setUp({ disk: "entry" }, { telemetry });
  await acme.put("notes/1", 1);
  const later = restart();
  await later.forTenant("acme").get("notes/1");
  const span = telemetry.spans.findLast(({ name }) => name === "cache.get");
  expect(span?.attributes).toMatchObject({
    "cache.miss_cause": "invalidated",
    "cache.killed_by.scope": "another log",
  });
  await manager.close();
  await later.close();
});

const path = fc.constantFrom("a/1", "a/2", "a/b/3", "c/4");
const scope: fc.Arbitrary<Scope> = fc.oneof(
  path.map((value) => ({ kind: "key" as const, value })),
  fc.constantFrom("a/", "a/b/").map((value) => ({ kind: "prefix" as const, value })),
  fc.constantFrom("red", "blue").map((value) => ({ kind: "tag" as const, value })),
  fc.constantFrom("a/*", "**", "c/{1,4}").map((value) => ({ kind: "glob" as const, value })),
  fc.constant({ kind: "tenant" as const }),
);
const digest = fc.constantFrom("x", "y");
const record = fc.record({
  scope,
  digest,
  mode: fc.constantFrom("hard" as const, "soft" as const),
});
const position = fc.nat(12).map(toPosition);
const stamp = fc.record({ scope, asOf: position, digest });
const copy = fc.record({
  asOf: position,
  tags: fc.uniqueArray(fc.constantFrom("red", "blue")),
  inherited: fc.array(stamp, { maxLength: 3 }),
});

test("the explanation is of the very record that the verdict is by", () => {
  let dead = 0;
  fc.assert(
    fc.property(fc.array(record, { maxLength: 10 }), path, copy, (records, key, judged) => {
      const mirror = new TenantMirror();
      for (const [i, { scope: of, mode, digest: content }] of records.entries()) {
        const named = of.kind === "key" ? { digest: content } : {};
        const place = toPosition(i + 1);
        mirror.apply({
          position: place,
          tenantId: "t",
          scope: of,
          mode,
          at: 0,
          node: "n",
          ...named,
        });
      }
      const kill = mirror.kill(key, judged);
      const why = mirror.explain(key, judged);
      expect(why && { mode: why.mode, position: why.position }).toEqual(kill);
      if (why !== undefined) dead++;
    }),
    { numRuns: 2000 },
  );
  expect(dead).toBeGreaterThan(800);
});
