import { describe, expect, test } from "@jest/globals";
import { isUnreadable, plainEntry, toPosition, type Entry } from "@cogniverse/sdk";
import { serverSuite, startProxy, startRedis } from "@cogniverse/test-servers";
import { redisBackend, type RedisBackend } from "../src/index.ts";
import { systemContext } from "./support/context.ts";
import { bareClient, Tiers } from "./support/tiers.ts";

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);

function entryOf(length: number): Entry {
  return plainEntry(bytes(length), { now: Date.now(), ttl: null });
}

/** Calls until the tier answers again. */
async function answers(backend: RedisBackend): Promise<void> {
  for (;;) {
    try {
      await backend.exists("a", "t");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

serverSuite(["redis"], describe)("Redis in trouble", () => {
  test("a server that is not there is refused at once, and the tier comes back with it", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url, command_timeout_ms: 20_000 });
    const backend = await tiers.open();
    await server.kill();
    while (await backend.exists("a", "t").catch(() => false)) continue;
    const start = performance.now();
    await expect(backend.get("a", "t")).rejects.toMatchObject({
      code: "tier_unavailable",
      retryable: true,
    });
    expect(performance.now() - start).toBeLessThan(5000);
    await server.restart({ keepData: false });
    await answers(backend);
    expect(await backend.put("a", bytes(3), "t")).toBe(true);
    expect(tiers.context.logger.lines.map(({ message }) => message)).toEqual([
      expect.stringContaining("lost its connection"),
      expect.stringContaining("connected again"),
    ]);
  });

  test("a crowd that waits for the connection to append is no leak of listeners", async () => {
    await using server = await startRedis();
    await using client = bareClient(server.url);
    const backend = await redisBackend({ client }, systemContext());
    const own = client.listenerCount("ready");
    const seen = { most: 0 };
    const look = (): void => {
      seen.most = Math.max(seen.most, client.listenerCount("ready") - own);
    };
    client.on("close", look);
    const record = {
      tenantId: "t",
      scope: { kind: "tenant" },
      mode: "hard",
      at: 0,
      node: "n",
    } as const;
    await server.kill();
    const crowd = Array.from({ length: 40 }, () => backend.log.append([record]));
    // Refused connections come between; the crowd waits through all of them.
    while (seen.most === 0) await new Promise((resolve) => client.once("close", resolve));
    await server.restart({ keepData: false });
    await Promise.allSettled(crowd);
    expect(seen.most).toBeLessThan(5);
    await backend[Symbol.asyncDispose]();
  });

  test("a tier of a server that is not there is not made, and leaves nothing open", async () => {
    await using server = await startRedis();
    await server.kill();
    await using tiers = new Tiers({ url: server.url });
    await expect(tiers.open()).rejects.toMatchObject({ code: "tier_unavailable", retryable: true });
  });

  test("a database that is not there is refused, not replaced by another", async () => {
    await using server = await startRedis({ config: { databases: "2" } });
    await using tiers = new Tiers({ url: `${server.url}/1` });
    await tiers.open();
    const wrong = tiers.open({ url: `${server.url}/2` });
    await expect(wrong).rejects.toMatchObject({ code: "invalid_config", retryable: false });
  });

  test("a client of the caller's own is used with its prefix, and left open", async () => {
    await using server = await startRedis();
    await using client = bareClient(server.url);
    client.options.keyPrefix = "mine:";
    const backend = await redisBackend({ client }, systemContext());
    await backend.put("a", bytes(3), "t");
    await backend[Symbol.asyncDispose]();
    await expect(backend.get("a", "t")).rejects.toMatchObject({ code: "closed" });
    client.options.keyPrefix = "";
    expect((await client.keys("*")).every((name) => name.startsWith("mine:cog:{t:"))).toBe(true);
  });

  test("a connection that was cut off without a word is given up and made anew", async () => {
    await using server = await startRedis();
    await using proxy = await startProxy(server);
    await using tiers = new Tiers({
      url: `redis://127.0.0.1:${proxy.port}`,
      // A busy machine keeps to it, before the cut and after.
      command_timeout_ms: 2000,
      max_value_bytes: 1_000_000,
    });
    const backend = await tiers.open();
    await backend.put("a", bytes(3), "t");
    proxy.cut();
    await expect(backend.get("a", "t")).rejects.toMatchObject({ code: "timeout", retryable: true });
    while (proxy.connectionsEver < 2) {
      await backend.get("a", "t").catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await proxy.heal();
    await answers(backend);
    expect(await backend.get("a", "t")).toHaveLength(3);
  });

  test("a connection that is reset fails what was under way, and nothing after", async () => {
    await using server = await startRedis();
    await using proxy = await startProxy(server);
    await using tiers = new Tiers({ url: `redis://127.0.0.1:${proxy.port}` });
    const backend = await tiers.open();
    await proxy.reset();
    await proxy.heal();
    await answers(backend);
    expect(await backend.put("a", bytes(100_000), "t")).toBe(true);
    expect(await backend.get("a", "t")).toHaveLength(100_000);
  });

  test("a full server that evicts nothing refuses a put, small or large, and goes on reading", async () => {
    const config = { maxmemory: "6mb", "maxmemory-policy": "noeviction" };
    await using server = await startRedis({ config });
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    await backend.put("first", bytes(1000), "t");
    for (const size of [1000, 300_000]) {
      const fill = async (): Promise<void> => {
        for (let n = 0; n < 20_000; n++) await backend.put(`${size}/${n}`, bytes(size), "t");
      };
      await expect(fill()).rejects.toMatchObject({ code: "too_large", retryable: true });
    }
    expect(await backend.get("first", "t")).toHaveLength(1000);
  });

  test("scripts that the server forgot are given to it again", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(server.url);
    const backend = await tiers.open();
    for (let round = 0; round < 3; round++) {
      await client.script("FLUSH");
      const puts = [100, 100_000].map((size) => backend.put(`${size}`, bytes(size), "t"));
      expect(await Promise.all(puts)).toEqual([true, true]);
      await client.script("FLUSH");
      expect(await backend.listKeys("", "t")).toEqual(["100", "100000"]);
      await client.script("FLUSH");
      expect((await backend.log.head()).position).toBe(0);
    }
  });

  test("what the user may not run, within a script too, is a matter of credentials", async () => {
    await using server = await startRedis({ users: ["app on >pw ~* +@all -rename"] });
    await using tiers = new Tiers({ url: server.url, username: "app", password: "pw" });
    const backend = await tiers.open();
    expect(await backend.put("large", bytes(100_000), "t")).toBe(true);
    // A copy is there, so that a script compares it.
    const condition = { if: "not-newer", asOf: toPosition(5) } as const;
    await expect(
      backend.entries.putEntry("large", entryOf(100_000), "t", condition),
    ).rejects.toMatchObject({
      code: "auth",
      retryable: false,
      message: expect.stringContaining("ACL user"),
    });
    expect(await backend.put("small", bytes(100), "t")).toBe(true);
    expect(await backend.listKeys("", "t")).toEqual(["large", "small"]);
  });

  test("an index that was evicted costs listings, not reads, and writes and reindex mend it", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(server.url);
    const backend = await tiers.open();
    const keys = Array.from({ length: 50 }, (_, n) => `k/${n}`).toSorted();
    for (const key of keys) await backend.put(key, bytes(10), "t");
    expect(await backend.listKeys("", "t")).toEqual(keys);
    for (let bucket = 0; bucket < 16; bucket++)
      await client.del(`${tiers.prefix}cog:{t:${bucket.toString(16)}}#`);
    expect(await backend.listKeys("", "t")).toEqual([]);
    expect(await backend.get("k/7", "t")).toHaveLength(10);
    await backend.put("k/7", bytes(10), "t");
    expect(await backend.listKeys("", "t")).toEqual(["k/7"]);
    expect(await backend.reindex()).toBe(50);
    expect(await backend.listKeys("", "t")).toEqual(keys);
  });

  test("under allkeys-lru the tier goes on, and its figures say that they are estimates", async () => {
    const config = { maxmemory: "6mb", "maxmemory-policy": "allkeys-lru" };
    await using server = await startRedis({ config });
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    for (let n = 0; n < 3000; n++) expect(await backend.put(`k/${n}`, bytes(4000), "t")).toBe(true);
    const { exact, details } = await backend.getStats("t");
    expect(exact).toBe(false);
    expect(details?.["evictedKeys"]).toBeGreaterThan(0);
    for (const key of await backend.listKeys("", "t")) expect(key).toMatch(/^k\//);
    expect((await backend.log.head()).position).toBe(0);
  });

  test("a copy of another log never stands in the way of a fill, one of this log does", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    const { entries } = await tiers.open();
    const of = (logId: string, asOf: number, size: number): Entry => {
      const { data, metadata } = entryOf(size);
      return { data, metadata: { ...metadata, logId, asOf: toPosition(asOf) } };
    };
    const fill = (entry: Entry): Promise<string | undefined> =>
      entries.putEntry("a", entry, "t", { if: "not-newer", asOf: entry.metadata.asOf });
    for (const size of [100, 50_000]) {
      expect(await fill(of("old", 90, size))).toBeDefined();
      expect(await fill(of("new", 3, size))).toBeDefined();
      expect(await fill(of("new", 2, size))).toBeUndefined();
      const read = await entries.getEntry("a", "t");
      if (read === undefined || isUnreadable(read)) throw new Error("the copy is gone");
      expect([read.metadata.logId, read.metadata.asOf]).toEqual(["new", 3]);
    }
  });

  test("64 callers at once have each their own answer", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    const sizes = Array.from({ length: 64 }, (_, n) => 1 + n * 997);
    await Promise.all(sizes.map((size) => backend.put(`${size}`, bytes(size), "t")));
    for (let round = 0; round < 20; round++) {
      const read = await Promise.all(sizes.map((size) => backend.get(`${size}`, "t")));
      expect(read.map((one) => one?.byteLength)).toEqual(sizes);
    }
  });
});
