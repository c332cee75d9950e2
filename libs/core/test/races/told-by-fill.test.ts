import { expect, test } from "@jest/globals";
import { settle } from "@cogniverse/testkit";
import { note, oneNode, type OneNode } from "./support/one-node.ts";

const source = note({ id: "source" });
const derived = note({ id: "derived" });

/** Something was derived from the source, whose copies have expired: a fill with other content says so in the log. */
async function expiredSource({ cache, clock }: OneNode): Promise<void> {
  await cache.getOrCompute(derived, "acme", () =>
    cache.getOrCompute(source, "acme", () => ({ n: 1 }), { ttl: 60 }),
  );
  clock.jumpWall(61_000);
  clock.advance(1000);
}

test("a refresh that a fill of older content got ahead of in the log replaces it", async () => {
  await using node = oneNode();
  await expiredSource(node);
  const slow = Promise.withResolvers<void>();
  const filled = node.cache.getOrCompute(source, "acme", async () => {
    await slow.promise;
    return { n: 2 };
  });
  await settle();
  const slower = Promise.withResolvers<void>();
  const refresh = async (): Promise<{ n: number }> => {
    await slower.promise;
    return { n: 3 };
  };
  const refreshed = node.cache.getOrCompute(source, "acme", refresh, { refresh: true });
  await settle();
  slow.resolve();
  expect(await filled).toEqual({ n: 2 });
  slower.resolve();
  expect(await refreshed).toEqual({ n: 3 });
  expect(await node.cache.get(source, "acme")).toEqual({ n: 3 });
});

test("a put is not superseded by a fill of older content", async () => {
  await using node = oneNode();
  await expiredSource(node);
  const since = await node.cache.position("acme");
  await node.cache.getOrCompute(source, "acme", () => ({ n: 2 }));
  const { position } = await node.cache.position("acme");
  expect(position).toBeGreaterThan(since.position);
  const { superseded } = await node.cache.put(source, { n: 3 }, "acme", { since });
  expect(superseded).toBe(false);
  expect(await node.cache.get(source, "acme")).toEqual({ n: 3 });
});

test("what a caller said between two such fills still supersedes", async () => {
  await using node = oneNode();
  await expiredSource(node);
  const since = await node.cache.position("acme");
  await node.cache.getOrCompute(source, "acme", () => ({ n: 2 }));
  await node.cache.delete(source, "acme");
  await node.cache.getOrCompute(source, "acme", () => ({ n: 4 }));
  const { superseded } = await node.cache.put(source, { n: 3 }, "acme", { since });
  expect(superseded).toBe(true);
  expect(await node.cache.get(source, "acme")).toEqual({ n: 4 });
});
