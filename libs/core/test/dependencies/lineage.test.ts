import { expect, test } from "@jest/globals";
import { CacheManager } from "@cogniverse/core";
import { entryBackend, FakeClock } from "@cogniverse/testkit";
import { cut, Deployment, type Node } from "../races/support/deployment.ts";
import { LEASE_MS } from "../races/support/shared-log.ts";

const SOURCE = "transcripts/v.json";
const DERIVED = "summaries/v.json";

async function derive(cache: CacheManager, ttl: number | null = null): Promise<void> {
  const source = (): Promise<string> => cache.getOrCompute(SOURCE, "acme", () => "text", { ttl });
  await cache.getOrCompute(DERIVED, "acme", async () => [await source()], { ttl });
}

async function derived(): Promise<{ world: Deployment; node: Node }> {
  const world = new Deployment();
  const node = world.node();
  await derive(node.cache);
  return { world, node };
}

const FROM = { scope: { kind: "key", value: SOURCE }, position: 0 };

test("the sources of a copy that is served are told, and what they are now", async () => {
  const { world, node } = await derived();
  await using _ = world;
  expect(await node.cache.lineage(DERIVED, "acme")).toMatchObject({
    tier: "memory",
    state: "valid",
    from: [{ ...FROM, state: "valid", now: "same" }],
  });
  await world.acknowledged(node.cache.put(SOURCE, "other text", "acme"));
  expect(await node.cache.lineage(DERIVED, "acme")).toMatchObject({
    state: "dead",
    from: [{ ...FROM, state: "dead", now: "other" }],
  });
});

test("copies that are expired are not told of as if they were served", async () => {
  const clock = new FakeClock();
  // Like an object store, which removes what has expired some time later.
  const backend = entryBackend({ clock: new FakeClock() });
  await using cache = new CacheManager({ clock, tiers: [{ name: "slow", backend }] });
  await derive(cache, 10);
  await clock.advanceAndSettle(10_000);
  expect(await cache.lineage(DERIVED, "acme")).toMatchObject({
    tier: "slow",
    state: "expired",
    from: [{ ...FROM, state: "valid", now: "not cached" }],
  });
});

test("while the log is away nothing is told of as valid", async () => {
  const { world, node } = await derived();
  await using _ = world;
  for (const call of ["read", "snapshot"] as const) node.logFaults.fail(call, cut);
  await world.pass(2 * LEASE_MS);
  const { state, from } = await node.cache.lineage(DERIVED, "acme");
  expect(state).toBe("unverified");
  expect(from).toEqual([{ ...FROM, digest: expect.any(String), state: "unverified", from: [] }]);
});
