import { describe, expect, test } from "@jest/globals";
import { setUp } from "../support/set-up.ts";

const kinds = { memory: "memory", disk: "entry", far: "six" } as const;

describe("inspect", () => {
  test("tells of every tier's copy and why it would not be served", async () => {
    const { acme, manager, clock, faults, backends } = setUp(kinds);
    await acme.put("notes/1", { n: 1 }, { ttl: 100, tags: ["red"], metadata: { by: "me" } });
    clock.advance(1000);
    const copy = {
      ageMs: 1000,
      remainingMs: 99_000,
      bytes: 7,
      position: 1,
      tags: ["red"],
      user: { by: "me" },
      encodings: [],
    };
    expect(await manager.inspect("notes/1", "acme")).toMatchObject([
      { tier: "memory", state: "valid", copy },
      { tier: "disk", state: "valid", copy },
      { tier: "far", state: "valid", copy },
    ]);
    await acme.put("notes/1", { n: 2 }, { tiers: { disk: false } });
    await backends["far"]?.put("notes/1", new Uint8Array(9), "acme");
    faults("memory").fail("headEntry");
    expect(await manager.inspect("notes/1", "acme")).toMatchObject([
      { tier: "memory", state: "refused", why: "tier-down" },
      {
        tier: "disk",
        state: "refused",
        why: "invalidated",
        killedBy: { mode: "hard", position: 2 },
      },
      { tier: "far", state: "refused", why: "foreign" },
    ]);
    expect(await manager.inspect("notes/2", "acme")).toMatchObject([
      { why: "absent" },
      { why: "absent" },
      { why: "absent" },
    ]);
    await manager.close();
  });
});

describe("preview counts what an invalidation would kill, and kills nothing", () => {
  test.each([
    [{ kind: "key", value: "notes/1" } as const, 1, 0],
    [{ kind: "prefix", value: "notes/" } as const, 2, 0],
    [{ kind: "tag", value: "red" } as const, 2, 0],
    [{ kind: "glob", value: "*/1" } as const, 3, 1],
    [{ kind: "tenant" } as const, 4, 0],
    [{ kind: "key", value: "sources/1" } as const, 2, 1],
  ])("%j: %i keys, %i by what they were derived from", async (scope, count, derived) => {
    const { acme, manager } = setUp({ memory: "memory", disk: "entry" });
    await acme.put("notes/1", 1, { tags: ["red"] });
    await acme.put("notes/2", 2);
    await acme.put("sources/1", 3);
    await acme.getOrCompute(
      "derived/x",
      async ({ setTags }) => (setTags("red"), [await acme.get("sources/1")]),
    );
    const tier = { entries: count, derived, bytes: expect.any(Number) };
    const preview = await manager.preview(scope, "acme");
    expect(preview).toEqual({
      keys: count,
      derived,
      isKnown: true,
      byTier: { memory: tier, disk: tier },
    });
    expect(await acme.listKeys("")).toHaveLength(4);
    await acme.invalidate(scope);
    expect(await acme.listKeys("")).toHaveLength(4 - count);
    await manager.close();
  });
});

test("a preview sums up the bytes of what would die in each tier, before compression", async () => {
  const { acme, manager } = setUp({ memory: "memory", disk: "entry" });
  await acme.put("notes/1", "x".repeat(5000));
  await acme.put("notes/2", 2);
  await acme.put("other/1", 1);
  const { byTier } = await manager.preview({ kind: "prefix", value: "notes/" }, "acme");
  expect(byTier["disk"]).toEqual({ entries: 2, derived: 0, bytes: 5003 });
  await manager.close();
});

describe("listKeys", () => {
  test("names what a read would find, in key texts, sorted, once, of any prefix", async () => {
    const { acme, manager, faults } = setUp(kinds);
    for (const text of ["b/2", "a/1", "a/10", "a b/%2F", "A/1", "é/1"]) await acme.put(text, 1);
    await acme.put("far/1", 1, { tiers: { memory: false, disk: false } });
    await acme.put("dead/1", 1);
    await acme.invalidate({ kind: "key", value: "dead/1" });
    expect(await acme.listKeys("")).toEqual([
      "A/1",
      "a b/%2F",
      "a/1",
      "a/10",
      "b/2",
      "far/1",
      "é/1",
    ]);
    expect(await acme.listKeys("a/1")).toEqual(["a/1", "a/10"]);
    expect(await acme.listKeys("a ")).toEqual(["a b/%2F"]);
    faults("far").fail("listKeys");
    expect(await acme.listKeys("f")).toEqual([]);
    await manager.close();
  });
});

describe("scopes are refused where they are none", () => {
  test.each([
    { kind: "prefix", value: "notes" },
    { kind: "prefix", value: "/" },
    { kind: "key", value: "" },
    { kind: "tag", value: "" },
    { kind: "glob", value: "a//b" },
    { kind: "nothing", value: "x" },
  ])("%j", async (scope) => {
    const { acme, manager } = setUp({ memory: "memory" });
    await acme.put("notes/1", 1);
    // A caller without types.
    await expect(acme.invalidate(scope as never)).rejects.toMatchObject({ code: "invalid_key" });
    expect(await acme.get("notes/1")).toBe(1);
    await manager.close();
  });

  test.each([
    ["frames/x", '"frames/x" is no scope'],
    [undefined, "undefined is no scope"],
    [null, "null is no scope"],
    [5, "5 is no scope"],
    [{ prefix: "frames/" }, "{ prefix } is no scope"],
    [{ kind: "tags", value: "x" }, '{ kind: "tags", value } is no scope'],
    [{ kind: "prefix" }, '{ kind: "prefix" } is no scope'],
    [{ path: 5 }, "{ path } is no scope"],
  ])("what code without types gives, %j, is told the forms", async (given, told) => {
    const { acme, manager } = setUp({ memory: "memory" });
    const forms =
      'a key as keys.…() makes it, { kind: "key" | "prefix" | "glob" | "tag", value: "…" } or { kind: "tenant" }';
    const refusal = { code: "invalid_key", message: `${told}: give ${forms}` };
    // A caller without types.
    const scope = given as never;
    await expect(acme.invalidate(scope)).rejects.toMatchObject(refusal);
    await expect(manager.preview(scope, "acme")).rejects.toMatchObject(refusal);
    await manager.close();
  });
});
