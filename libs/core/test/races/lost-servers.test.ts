import { describe, expect, jest, test } from "@jest/globals";
import type { CacheManager } from "@cogniverse/core";
import { serverSuite, startProxy, startRedis } from "@cogniverse/test-servers";
import { Directory } from "./processes/directory.ts";
import { ChildNode } from "./processes/child-node.ts";
import { foundIn, onDisk, openNode, type Found, type NodeSpec } from "./processes/node-process.ts";
import { sayToRedis } from "./processes/say-to-redis.ts";
import { onRedis, s3 } from "./processes/shared-tiers.ts";

const LEASE_MS = 1500;
const tenant = "acme";
const dead = "films/clip/dead";
const kept = "films/clip/kept";

jest.setTimeout(180_000);

const ask = async (node: CacheManager, key: string): Promise<Found> =>
  foundIn(await node.get(key, tenant));

async function fill(node: CacheManager, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await node.getOrCompute(key, tenant, () => new Uint8Array(64).fill(1));
  await node.flush();
}

serverSuite(["redis"], describe)("a node that is cut off from Redis", () => {
  test("race 15: misses announcements, and serves nothing dead then or later, from memory or disk", async () => {
    await using server = await startRedis();
    await using proxy = await startProxy(server);
    await using folder = await Directory.make();
    const shared = onRedis(server);
    const behind = {
      ...shared,
      config: { ...shared.config, url: `redis://${proxy.host}:${proxy.port}` },
    };
    const local = onDisk(folder.path);
    const spec = (...tiers: NodeSpec["tiers"]): NodeSpec => ({ tiers, leaseMs: LEASE_MS });
    await using node = await openNode(spec({ backend: "memory" }, local, behind));
    await using other = await openNode(spec({ backend: "memory" }, shared));
    await fill(node, dead, kept);
    proxy.cut();
    await other.delete(dead, tenant);
    expect(await ask(node, dead)).toBeUndefined();
    await proxy.heal();
    for (let found = await ask(node, kept); found !== 1; found = await ask(node, kept))
      await other.position(tenant); // until it can read the log again
    expect(
      await node.getWithInfo(dead, tenant, { warm: true, tiers: { redis: false } }),
    ).toMatchObject({
      causes: { memory: "invalidated", local: "invalidated" },
    });
    expect(await ask(node, dead)).toBeUndefined();
  });
});

serverSuite(["redis", "s3"], describe)("Redis loses what it likes beside a log in S3", () => {
  test.each([
    ["flushed", "FLUSHALL"],
    ["restarted empty", "restart"],
    ["a new key at a time", "evict"],
  ])(
    "race 19: %s: nothing dead comes back from S3 or disk, and what lives is served",
    async (_how, loss) => {
      await using server = await startRedis();
      await using folder = await Directory.make();
      const redis = onRedis(server);
      const tiers = [{ backend: "memory" }, redis, onDisk(folder.path), await s3()] as const;
      const spec: NodeSpec = { tiers, leaseMs: LEASE_MS };
      await using node = await openNode(spec);
      await using other = await openNode({ ...spec, tiers: [tiers[0], redis, tiers[3]] });
      await fill(node, dead, kept);
      await other.delete(dead, tenant);
      if (loss === "restart") await server.restart({ keepData: false });
      else if (loss === "evict")
        for (
          let left = await sayToRedis(server, "RANDOMKEY");
          left !== "$-1";
          left = await sayToRedis(server, "RANDOMKEY")
        )
          await sayToRedis(server, "EVAL \"return redis.call('DEL', redis.call('RANDOMKEY'))\" 0");
      else await sayToRedis(server, loss);
      for (const one of [node, other]) expect(await ask(one, dead)).toBeUndefined();
      expect(await ask(node, kept)).toBe(1);
      expect(await ask(other, kept)).toBe(1);
      // And an invalidation that comes after the loss reaches both.
      await node.delete(kept, tenant);
      for (const one of [node, other]) expect(await ask(one, kept)).toBeUndefined();
    },
  );
});

serverSuite(["redis"], describe)("Redis loses the log that it holds", () => {
  test("race 19: what lies on disk is dead with it, what was invalidated too", async () => {
    await using server = await startRedis();
    await using folder = await Directory.make();
    const tiers = [{ backend: "memory" }, onRedis(server), onDisk(folder.path)] as const;
    await using node = await openNode({ tiers, leaseMs: LEASE_MS });
    await fill(node, dead, kept);
    await node.delete(dead, tenant);
    await sayToRedis(server, "FLUSHALL");
    // Under the lease that it has it may serve on what nobody has invalidated.
    const since = performance.now();
    while (performance.now() < since + LEASE_MS) expect(await ask(node, dead)).toBeUndefined();
    for (const key of [dead, kept]) expect(await ask(node, key)).toBeUndefined();
  });
});

serverSuite(["redis"], describe)("a node that was down", () => {
  test("race 21: comes back with a full disk of its own, and serves nothing that died meanwhile", async () => {
    await using server = await startRedis();
    await using folder = await Directory.make();
    const redis = onRedis(server);
    const spec: NodeSpec = {
      tiers: [{ backend: "memory" }, onDisk(folder.path), redis],
      leaseMs: LEASE_MS,
    };
    await using other = await openNode({ ...spec, tiers: [{ backend: "memory" }, redis] });
    {
      await using down = await ChildNode.start(spec);
      for (const key of [dead, kept])
        await down.ask({ do: "getOrCompute", tenant, key, fill: 1, bytes: 100_000 });
      await down.kill();
    }
    await other.invalidate({ kind: "key", value: dead }, tenant);
    await using again = await ChildNode.start(spec);
    expect(await again.ask({ do: "get", tenant, key: dead })).toBeUndefined();
    expect(await again.ask({ do: "get", tenant, key: kept })).toBe(1);
  });
});
