import { expect, describe, jest, test } from "@jest/globals";
import type { CacheManager } from "@cogniverse/core";
import { serverSuite } from "@cogniverse/test-servers";
import { faultBackend, FaultScript } from "@cogniverse/testkit";
import { ChildNode } from "./processes/child-node.ts";
import { openNode, type NodeSpec } from "./processes/node-process.ts";
import { deployments, type SharedTiers } from "./processes/shared-tiers.ts";

const LEASE_MS = 1500;
const tenant = "acme";
const key = "films/clip/answer";

jest.setTimeout(120_000);

function specOf({ hot, cold }: SharedTiers): NodeSpec {
  return { tiers: [{ backend: "memory" }, ...hot, ...cold], leaseMs: LEASE_MS };
}

/** What a value of one kind of bytes is told by. */
const bytes = (fill: number): Uint8Array<ArrayBuffer> => new Uint8Array(64).fill(fill);

/** What one tier of `names` alone has. */
async function find(node: CacheManager, names: readonly string[], tier: string): Promise<unknown> {
  const others = names.filter((name) => name !== tier).map((name) => [name, false] as const);
  const tiers = { memory: false, ...Object.fromEntries(others) };
  const value = await node.get(key, tenant, { tiers });
  return value instanceof Uint8Array ? value[0] : value;
}

for (const { name, needs, open } of deployments)
  serverSuite(needs, describe)(`over ${name}`, () => {
    test("race 8: a fill that arrives late does not replace a newer put", async () => {
      const spec = specOf(await open());
      const faults = new FaultScript();
      await using late = await openNode(spec, (backend) => faultBackend(backend, faults));
      await using node = await openNode(spec);
      const shared = spec.tiers.slice(1).map(({ backend }) => backend);
      const held = shared.map(() => faults.pause("putEntry", { key }));
      const filling = late.getOrCompute(key, tenant, () => bytes(1));
      await Promise.all(held.map(({ reached }) => reached));
      await node.put(key, bytes(2), tenant);
      for (const gate of held) gate.release();
      await filling;
      await late.flush();
      for (const one of [node, late])
        for (const tier of shared) expect([tier, await find(one, shared, tier)]).toEqual([tier, 2]);
    });

    test("race 2: what another process deletes while this one computes is dead when it is stored", async () => {
      const spec = specOf(await open());
      await using node = await openNode(spec);
      await using other = await ChildNode.start(spec);
      const computes = Promise.withResolvers<void>();
      const goes = Promise.withResolvers<void>();
      const began = node.getOrCompute(key, tenant, async () => {
        computes.resolve();
        await goes.promise;
        return bytes(1);
      });
      await computes.promise;
      await other.ask({ do: "delete", tenant, key });
      goes.resolve();
      expect(await began).toEqual(bytes(1));
      await node.flush();
      expect(await node.get(key, tenant)).toBeUndefined();
      expect(await other.ask({ do: "get", tenant, key })).toBeUndefined();
    });
  });
