import { describe, expect, test } from "@jest/globals";
import { defineKeyType, jsonCodec } from "@cogniverse/core";
import type { ReadInfo } from "@cogniverse/sdk";
import { setUp, stack } from "../support/set-up.ts";

const note = defineKeyType("notes/{id}", jsonCodec<number>());
const key = note({ id: 1 });
const remaining = (info: ReadInfo<unknown>): number | null | "miss" =>
  info.hit ? info.remainingMs : "miss";

describe.each([1, 2, 3, 7])("over %i tiers", (tiers) => {
  const names = Array.from({ length: tiers }, (_, i) => `t${i}`);
  const only = (name: string) => ({ tiers: Object.fromEntries(names.map((n) => [n, n === name])) });

  test.each([
    ["of the call", { ttl: 60 }, undefined, 60_000],
    ["of the policy", {}, 30, 30_000],
    ["of the call before the policy's", { ttl: 60 }, 30, 60_000],
    ["null of the call: never, not the default", { ttl: null }, 30, null],
    ["null of the policy: never, not the tier's default", {}, null, null],
    ["none: the tier's default", {}, undefined, 7_000],
  ] as const)("every tier gets the ttl %s", async (_name, options, ttl, expected) => {
    const defaultTtl = Object.fromEntries(names.map((name) => [name, 7]));
    const { acme, manager } = setUp(stack(tiers), { defaultTtl, policies: { notes: { ttl } } });
    await acme.getOrCompute(key, () => 1, options);
    for (const name of names)
      expect(remaining(await acme.getWithInfo(key, only(name)))).toBe(expected);
    await acme.put(key, 2, options);
    for (const name of names)
      expect(remaining(await acme.getWithInfo(key, only(name)))).toBe(expected);
    await manager.close();
  });

  test("a compute's own ttl wins", async () => {
    const { acme, manager, clock } = setUp(stack(tiers), { policies: { notes: { ttl: 5 } } });
    const compute = ({ setTtl }: { setTtl: (seconds: number) => void }): number => {
      setTtl(9);
      return 1;
    };
    await acme.getOrCompute(key, compute, { ttl: 7 });
    for (const name of names)
      expect(remaining(await acme.getWithInfo(key, only(name)))).toBe(9_000);
    await clock.advanceAndSettle(9_000);
    expect(await acme.get(key)).toBeUndefined();
    await manager.close();
  });
});

describe("promotion", () => {
  test.each(["memory", "entry", "six"] as const)("into %s passes on what remains", async (kind) => {
    const { acme, manager, clock } = setUp({ top: kind, low: "entry" });
    await acme.getOrCompute(key, () => 1, { ttl: 100, tiers: { top: false } });
    await clock.advanceAndSettle(40_000);
    expect(await acme.getWithInfo(key)).toMatchObject({
      tier: "low",
      remainingMs: 60_000,
      ageMs: 40_000,
    });
    await manager.flush();
    expect(await acme.getWithInfo(key)).toMatchObject({
      tier: "top",
      remainingMs: 60_000,
      ageMs: 40_000,
    });
    await clock.advanceAndSettle(59_999);
    expect(await acme.get(key)).toBe(1);
    await clock.advanceAndSettle(1);
    expect(await acme.get(key)).toBeUndefined();
    expect((await acme.stats()).tiers[0]).toMatchObject({ promotions: 1 });
    await manager.close();
  });

  test("an entry without end gets the upper tier's default, also when it is older than that", async () => {
    const { acme, manager, clock } = setUp(
      { top: "entry", low: "six" },
      { defaultTtl: { top: 10 } },
    );
    await acme.getOrCompute(key, () => 1);
    await clock.advanceAndSettle(25_000);
    expect(await acme.getWithInfo(key)).toMatchObject({ tier: "low", remainingMs: null });
    await manager.flush();
    expect(await acme.getWithInfo(key)).toMatchObject({ tier: "top", remainingMs: 10_000 });
    await manager.close();
  });

  test("an entry with an end keeps it, whatever the upper tier's default is", async () => {
    for (const top of [10, 1000]) {
      const { acme, manager, clock } = setUp(
        { top: "entry", low: "six" },
        { defaultTtl: { top, low: 100 } },
      );
      await acme.getOrCompute(key, () => 1, { tiers: { top: false } });
      await clock.advanceAndSettle(40_000);
      await acme.get(key);
      await manager.flush();
      const info = await acme.getWithInfo(key);
      expect(info).toMatchObject({ tier: "top", remainingMs: 60_000 });
      await manager.close();
    }
  });

  test("leaves out tiers that the policy or the call excludes", async () => {
    const policies = { notes: { tiers: { a: false } } };
    const { acme, manager, backends } = setUp({ a: "entry", b: "entry", c: "entry" }, { policies });
    await acme.getOrCompute(key, () => 1, { tiers: { b: false } });
    await acme.get(key, { tiers: { b: false } });
    await manager.flush();
    expect(await backends["a"]?.exists(key.path, "acme")).toBe(false);
    expect(await backends["b"]?.exists(key.path, "acme")).toBe(false);
    await acme.get(key, { tiers: { a: true } });
    await manager.flush();
    expect(await backends["a"]?.exists(key.path, "acme")).toBe(true);
    expect(await backends["b"]?.exists(key.path, "acme")).toBe(true);
    await manager.close();
  });

  test("is not waited for by the reader, but by flush and close", async () => {
    const { acme, manager, faults, backends } = setUp({ top: "entry", low: "entry" });
    for (const end of ["flush", "close"] as const) {
      const at = note({ id: end });
      await acme.getOrCompute(at, () => 1, { tiers: { top: false } });
      const gate = faults("top").pause("putEntry", { key: at.path });
      expect(await acme.get(at)).toBe(1);
      await gate.reached;
      let ended = false;
      const ending = manager[end]().then(() => (ended = true));
      await Promise.resolve();
      expect(ended).toBe(false);
      gate.release();
      await ending;
      expect(faults("top").count("putEntry", at.path)).toBe(1);
    }
    expect(Object.keys(backends)).toEqual(["top", "low"]);
  });

  test("runs so many at a time, and of those waiting the oldest are given up", async () => {
    const { acme, manager, faults } = setUp({ top: "entry", low: "entry" }, { backgroundLimit: 2 });
    const all = Array.from({ length: 50 }, (_, id) => note({ id }));
    for (const at of all) await acme.getOrCompute(at, () => 1, { tiers: { top: false } });
    let running = 0;
    let most = 0;
    const hold = Promise.withResolvers<void>();
    faults("top").intercept("putEntry", async () => {
      most = Math.max(most, ++running);
      await hold.promise;
      running--;
    });
    for (const at of all) expect(await acme.get(at)).toBe(1);
    hold.resolve();
    await manager.flush();
    expect(most).toBe(2);
    // 2 running and 16 times as many waiting; the newest are those that were kept.
    expect(faults("top").count("putEntry")).toBe(34);
    expect(await acme.getWithInfo(note({ id: 49 }))).toMatchObject({ tier: "top" });
    expect(await acme.getWithInfo(note({ id: 2 }))).toMatchObject({ tier: "low" });
    await manager.close();
  });
});

test.each([0, -1, Number.NaN, Infinity])("a ttl of %d is refused", async (ttl) => {
  const { acme, manager } = setUp({ a: "six" });
  const refusal = { code: "invalid_value" };
  await expect(acme.getOrCompute(key, () => 1, { ttl })).rejects.toMatchObject(refusal);
  await expect(acme.put(key, 1, { ttl })).rejects.toMatchObject(refusal);
  await expect(acme.getOrCompute(key, ({ setTtl }) => (setTtl(ttl), 1))).rejects.toMatchObject(
    refusal,
  );
  await manager.close();
});
