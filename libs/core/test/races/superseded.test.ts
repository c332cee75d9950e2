import { describe, expect, test } from "@jest/globals";
import type { TenantCache } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { Deployment } from "./support/deployment.ts";
import { note } from "./support/one-node.ts";

const key = note({ id: 1 });

/** Something on another node kills what is being replaced, and its own acknowledgement is still to come. */
const ways: readonly (readonly [string, (b: TenantCache, c: TenantCache) => Promise<unknown>])[] = [
  [
    "put",
    async (b, c) => {
      const since = await b.position();
      await c.invalidate({ kind: "prefix", value: "notes/" }, { wait: "durable" });
      return b.put(key, { n: 2 }, { since });
    },
  ],
  [
    "refresh",
    (b, c) =>
      b.getOrCompute(
        key,
        async () => {
          await c.invalidate({ kind: "prefix", value: "notes/" }, { wait: "durable" });
          return { n: 2 };
        },
        { refresh: true },
      ),
  ],
];

describe.each(ways)("a %s that was superseded", (_name, replace) => {
  test("resolves when no node serves the old value any more", async () => {
    await using world = new Deployment();
    const [a, b, c] = [1, 2, 3].map(() => world.node().cache.forTenant("acme"));
    if (a === undefined || b === undefined || c === undefined) throw new Error("no nodes");
    await a.getOrCompute(key, () => ({ n: 1 }));
    await b.get(key);
    let resolved = false;
    const replaced = replace(b, c).finally(() => (resolved = true));
    await settle();
    // No time has passed, so this node may still serve it.
    expect(await a.get(key)).toEqual({ n: 1 });
    expect(resolved).toBe(false);
    await world.acknowledged(replaced);
    for (const node of [a, b, c]) expect(await node.get(key)).toBeUndefined();
  });
});
