import { describe, expect, test } from "@jest/globals";
import { Cluster, Redis } from "ioredis";

import { serverSuite, startRedisCluster, startRedisSentinel } from "../src/index.ts";

serverSuite(["redis"], describe)("several Redis", () => {
  test("three form a cluster in which every node takes its part", async () => {
    await using cluster = await startRedisCluster();
    const client = new Cluster([...cluster.urls]);
    const keys = Array.from({ length: 100 }, (_, index) => `key/${index}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys);
    client.disconnect();
    const sizes = await Promise.all(cluster.nodes.map(({ url }) => keysOf(url)));
    expect(sizes.every((size) => size > 10)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(100);
  });

  test("sentinels put the replica in the place of a master that was killed, with its data", async () => {
    await using group = await startRedisSentinel();
    const { name, sentinels, master, replica } = group;
    const client = new Redis({
      name,
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    });
    // It tells of each sentinel or master that it could not reach.
    client.on("error", () => undefined);
    await client.set("key", "kept");
    await client.wait(1, 10_000);
    expect(await Promise.all(sentinels.map((one) => one.masterPort()))).toEqual(
      sentinels.map(() => master.port),
    );
    const promoted = new Promise((resolve) => client.once("ready", resolve));
    await master.kill();
    await promoted;
    expect(await client.get("key")).toBe("kept");
    expect(client.stream.remotePort).toBe(replica.port);
    client.disconnect();
  });
});

async function keysOf(url: string): Promise<number> {
  const client = new Redis(url);
  const size = await client.dbsize();
  client.disconnect();
  return size;
}
