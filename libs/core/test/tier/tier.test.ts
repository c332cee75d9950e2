import { describe, expect, test } from "@jest/globals";
import { CacheError, type CacheBackend } from "@cogniverse/sdk";
import { FakeClock, mapBackend } from "@cogniverse/testkit";
import { CacheManager } from "@cogniverse/core";
import { expectNoUnhandledRejections } from "../support/no-unhandled.ts";
import { setUp } from "../support/set-up.ts";

expectNoUnhandledRejections();
const key = "notes/1";
const down = (lines: readonly { message: string }[]) =>
  lines.filter((l) => l.message.startsWith("tier"));

describe("a tier that fails", () => {
  test("degrades, is counted, is logged once when it is left out and once when it is back", async () => {
    const { acme, manager, faults, clock, logger } = setUp({ a: "entry", b: "six" });
    await acme.getOrCompute(key, () => 1);
    const failing = faults("a").fail("*", { times: Infinity });
    for (let i = 0; i < 9; i++) {
      expect(await acme.getWithInfo(key)).toMatchObject({ tier: "b", causes: { a: "tier-down" } });
      await manager.flush();
    }
    expect((await acme.stats()).tiers[0]).toMatchObject({
      errors: 5,
      state: "down",
      misses: { "tier-down": 9 },
    });
    expect(down(logger.lines)).toMatchObject([{ level: "warn", fields: { tier: "a" } }]);
    await clock.advanceAndSettle(1000);
    await acme.get(key); // the probe fails: still down, no second line
    await manager.flush();
    expect(down(logger.lines)).toHaveLength(1);
    failing[Symbol.dispose]();
    await clock.advanceAndSettle(1000);
    expect(await acme.getWithInfo(key)).toMatchObject({ tier: "a" });
    expect(down(logger.lines)).toMatchObject([{ level: "warn" }, { level: "info" }]);
    expect((await acme.stats()).tiers[0]).toMatchObject({ state: "up" });
    await manager.close();
  });

  test("is not asked while its breaker is open, and one call probes", async () => {
    const { acme, manager, faults, clock } = setUp({ a: "entry" });
    faults("a").fail("getEntry", { times: 5 });
    for (let i = 0; i < 8; i++) await acme.get(key);
    expect(faults("a").count("getEntry")).toBe(5);
    await clock.advanceAndSettle(1000);
    const gate = faults("a").pause("getEntry");
    const reads = Array.from({ length: 5 }, () => acme.get(key));
    await gate.reached;
    expect(faults("a").count("getEntry")).toBe(6);
    gate.release();
    await Promise.all(reads);
    await manager.close();
  });

  test("does not keep a compute's result from the caller or from the other tiers", async () => {
    const { acme, manager, faults } = setUp({ a: "entry", b: "six", c: "memory" });
    faults("a").fail("putEntry");
    faults("b").fail("put");
    expect(await acme.getOrCompute(key, () => 1)).toBe(1);
    const { tiers } = await acme.stats();
    expect(tiers.map(({ writes, refusedWrites }) => [writes, refusedWrites])).toEqual([
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
    expect(await acme.getWithInfo(key)).toMatchObject({ tier: "c" });
    await manager.close();
  });

  test("an error that is none of ours, thrown at once, degrades as well", async () => {
    const sync: CacheBackend = {
      ...mapBackend(),
      get: () => {
        throw new TypeError("no promise at all");
      },
    };
    await using cache = new CacheManager({
      clock: new FakeClock(),
      tiers: [{ name: "a", backend: sync }],
    });
    expect(await cache.getWithInfo(key, "acme")).toEqual({
      hit: false,
      causes: { a: "tier-down" },
    });
  });

  test("a refusal of one value is no sign of ill health, and is told once in a while", async () => {
    const { acme, manager, faults, clock, logger } = setUp({ a: "entry" });
    faults("a").fail("putEntry", { times: Infinity }, new CacheError("too_large", "no"));
    for (let i = 0; i < 9; i++) await acme.put(key, 1);
    expect((await acme.stats()).tiers[0]).toMatchObject({
      state: "up",
      errors: 0,
      refusedWrites: 9,
    });
    const line = { level: "warn", fields: { tier: "a", operation: "put", why: "no" } };
    expect(down(logger.lines)).toMatchObject([line]);
    await clock.advanceAndSettle(60_000);
    await acme.put(key, 1);
    expect(down(logger.lines)).toMatchObject([line, line]);
    await manager.close();
  });

  test("a server that is full is an error each time, and goes on being read", async () => {
    const { acme, manager, faults } = setUp({ a: "entry" });
    await acme.getOrCompute("notes/2", () => 2);
    const full = new CacheError("too_large", "out of memory", { retryable: true });
    faults("a").fail("putEntry", { times: Infinity }, full);
    for (let i = 0; i < 9; i++) expect(await acme.getOrCompute(`full/${i}`, () => i)).toBe(i);
    expect((await acme.stats()).tiers[0]).toMatchObject({
      state: "up",
      errors: 9,
      refusedWrites: 9,
    });
    expect(await acme.get("notes/2")).toBe(2);
    await manager.close();
  });

  test("errors of one tenant are not told to another", async () => {
    const { acme, manager, faults } = setUp({ a: "entry" });
    faults("a").fail("getEntry");
    await acme.get(key);
    expect((await acme.stats()).tiers[0]).toMatchObject({ errors: 1 });
    expect((await manager.stats("other")).tiers[0]).toMatchObject({ errors: 0 });
    await manager.close();
  });
});

describe("the time limit", () => {
  test.each([
    ["machine", 2000],
    ["shared", 5000],
    [undefined, 5000],
  ] as const)("of a backend that is %s is %i ms", async (locality, limitMs) => {
    const clock = new FakeClock();
    const never = mapBackend(locality === undefined ? {} : { traits: { locality, durable: true } });
    const signals: AbortSignal[] = [];
    const backend: CacheBackend = {
      ...never,
      get: (_key, _tenant, call) => {
        if (call?.signal) signals.push(call.signal);
        return new Promise(() => undefined);
      },
    };
    await using cache = new CacheManager({ clock, tiers: [{ name: "a", backend }] });
    let info: unknown;
    const read = cache.getWithInfo(key, "acme").then((found) => (info = found));
    await clock.advanceAndSettle(limitMs - 1);
    expect(info).toBeUndefined();
    await clock.advanceAndSettle(1);
    await read;
    expect(info).toEqual({ hit: false, causes: { a: "tier-down" } });
    expect(signals[0]?.aborted).toBe(true);
  });

  test("keeps one timer for all calls of a tier, and none after close", async () => {
    const { acme, manager, clock } = setUp({ a: "six", b: "entry" });
    await acme.getOrCompute(key, () => 1);
    await Promise.all(Array.from({ length: 100 }, (_, i) => acme.get(`other/${i}`)));
    await manager.flush();
    const [heartbeat, log, tiers] = [1, 1, 2];
    expect(clock.pending).toBeLessThanOrEqual(heartbeat + log + tiers);
    await manager.close();
    expect(clock.pending).toBe(0);
  });
});
