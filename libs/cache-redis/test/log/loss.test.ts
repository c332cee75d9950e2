import { describe, expect, test } from "@jest/globals";
import { toPosition, type LogHead, type NewRecord } from "@cogniverse/sdk";
import {
  serverSuite,
  startRedis,
  startRedisSentinel,
  type RedisServer,
} from "@cogniverse/test-servers";
import type { Redis } from "ioredis";
import type { RedisBackend } from "../../src/index.ts";
import { bareClient, Tiers } from "../support/tiers.ts";

const record = (value: string): NewRecord => ({
  tenantId: "t",
  scope: { kind: "key", value },
  mode: "hard",
  at: 1,
  node: "n",
});

/** Calls again while the client finds its server. */
async function head(backend: RedisBackend): Promise<LogHead> {
  for (;;) {
    try {
      return await backend.log.head();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function appended(backend: RedisBackend, ...keys: readonly string[]): Promise<LogHead> {
  const told = await backend.log.append(keys.map(record));
  if (told === undefined) throw new Error("nothing was appended");
  return told;
}

serverSuite(["redis"], describe)("a log that Redis may have lost", () => {
  test("FLUSHALL makes another log", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(server.url);
    const backend = await tiers.open();
    const old = await appended(backend, "a", "b");
    await client.flushall();
    const fresh = await appended(backend, "c");
    expect(fresh.logId).not.toBe(old.logId);
    expect(fresh.position).toBe(1);
    expect(await backend.log.read(old)).toEqual({ type: "reset", head: fresh });
  });

  test("the next log learns the greatest D from whoever goes by it, though it was another's", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(server.url);
    const hasty = await tiers.open({}, { networkLeaseMs: 1000 });
    const patient = await tiers.open({}, { networkLeaseMs: 9000 });
    await patient.log.head();
    await hasty.log.head();
    expect(hasty.log.leaseMs).toBe(9000);
    await client.flushall();
    const third = await tiers.open({}, { networkLeaseMs: 1000 });
    await appended(third, "a");
    expect(third.log.leaseMs).toBe(1000);
    await hasty.log.head();
    await appended(third, "b");
    expect(third.log.leaseMs).toBe(9000);
  });

  test("a server that starts again empty has another log", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    const old = await appended(backend, "a");
    await server.restart({ keepData: false });
    expect((await head(backend)).logId).not.toBe(old.logId);
  });

  test("a server that starts from an older dump has another log, though it knows the old one", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    const old = await appended(backend, "a");
    await using client = bareClient(server.url);
    await client.save();
    const later = await appended(backend, "b", "c");
    await backend.put("k", new Uint8Array(3), "t");
    // By a client that does not send it again to the server that comes after.
    const once = client.duplicate({ retryStrategy: () => null });
    await once.call("SHUTDOWN", "NOSAVE").catch(() => undefined);
    await server.restart({ keepData: true });
    // What came after the dump is gone, what came before is there: positions went back.
    expect(await presence(backend, "k")).toBe(false);
    const fresh = await head(backend);
    expect(fresh.logId).not.toBe(old.logId);
    expect((await backend.log.read(later)).type).toBe("reset");
  });

  test("of a server that syncs each append, a crash costs nothing", async () => {
    const config = { appendonly: "yes", appendfsync: "always" };
    await using server = await startRedis({ config });
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    const old = await appended(backend, "a", "b");
    await server.kill();
    await server.restart({ keepData: true });
    expect(await head(backend)).toEqual(old);
    expect((await appended(backend, "c")).position).toBe(3);
  });

  test("of a server that syncs once a second, a crash costs the log", async () => {
    const config = { appendonly: "yes", appendfsync: "everysec" };
    await using server = await startRedis({ config });
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    const old = await appended(backend, "a", "b");
    await server.kill();
    await server.restart({ keepData: true });
    expect((await head(backend)).logId).not.toBe(old.logId);
  });

  test("an evicted hash is a lost log, an evicted stream a reset that the hash still answers", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(server.url);
    const backend = await tiers.open();
    const old = await appended(backend, "a", "b");
    await client.del(`${tiers.prefix}cog:{log}:tail`);
    const from = { logId: old.logId, position: toPosition(0) };
    expect(await backend.log.read(from)).toEqual({ type: "reset", head: old });
    expect((await backend.log.snapshot()).records.map((r) => r.position)).toEqual([1, 2]);
    const next = await appended(backend, "c");
    expect(next).toEqual({ ...old, position: 3 });
    expect((await backend.log.read(from)).type).toBe("reset");
    expect((await backend.log.read(old)).type).toBe("records");
    await client.del(`${tiers.prefix}cog:{log}:state`);
    expect((await head(backend)).logId).not.toBe(old.logId);
  });

  test("a server that was a replica in between has another log, though its process is the same", async () => {
    await using server = await startRedis();
    await using other = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(server.url);
    await using another = bareClient(other.url);
    const backend = await tiers.open();
    const old = await appended(backend, "a");
    await follow(another, server);
    await another.replicaof("NO", "ONE");
    // What comes now the other one does not get, and by following it this one loses it too.
    const later = await appended(backend, "b", "c");
    await follow(client, other);
    await expect(backend.log.head()).rejects.toMatchObject({ code: "tier_unavailable" });
    await client.replicaof("NO", "ONE");
    const fresh = await head(backend);
    expect(fresh.logId).not.toBe(old.logId);
    expect((await backend.log.read(later)).type).toBe("reset");
  });

  test("a master that misses its replicas gives no answer: another may be master by now", async () => {
    const config = { "min-replicas-to-write": "1", "min-replicas-max-lag": "1" };
    await using server = await startRedis({ config });
    await using replica = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(replica.url);
    await follow(client, server);
    const backend = await tiers.open();
    const known = await head(backend);
    replica.pause();
    await using another = bareClient(server.url);
    while ((await another.set("k", "v").catch(() => "refused")) === "OK")
      await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(backend.log.read(known)).rejects.toMatchObject({
      code: "tier_unavailable",
      retryable: true,
    });
    replica.resume();
    expect((await head(backend)).logId).toBe(known.logId);
  });

  test("a server whose last replica went away for good keeps its log", async () => {
    await using server = await startRedis({ config: { "repl-backlog-ttl": "1" } });
    await using replica = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(server.url);
    await using another = bareClient(replica.url);
    const backend = await tiers.open();
    await follow(another, server);
    const old = await appended(backend, "a");
    const id = await replicationId(client);
    await another.replicaof("NO", "ONE");
    // Without replicas it forgets its backlog after a while, and takes another replication id.
    while ((await replicationId(client)) === id)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await backend.log.head()).toEqual(old);
  });

  test("a replica gives no answer about the log", async () => {
    await using server = await startRedis();
    await using replica = await startRedis({ config: { replicaof: `127.0.0.1 ${server.port}` } });
    await using tiers = new Tiers({ url: server.url });
    await appended(await tiers.open(), "a");
    await using client = bareClient(server.url);
    await client.wait(1, 0);
    const backend = await tiers.open({ url: replica.url });
    await expect(backend.log.head()).rejects.toMatchObject({
      code: "tier_unavailable",
      retryable: true,
    });
  });

  test("watch wakes for what another node appends", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    const [reader, writer] = [await tiers.open(), await tiers.open()];
    const woken = new AbortController();
    await using session = reader.log.session?.();
    using _ = session?.watch?.(() => woken.abort());
    // The listening connection is made in the background: what it misses is for the heartbeat.
    while (!woken.signal.aborted) {
      await appended(writer, "a");
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await reader.log.head()).position).toBeGreaterThan(0);
  });
});

serverSuite(["redis"], describe)("a log behind Sentinel", () => {
  test("a failover makes another log, and the tier goes on at the new master", async () => {
    await using group = await startRedisSentinel();
    const nodes = group.sentinels.map(({ host, port }) => `${host}:${port}`);
    await using tiers = new Tiers({ sentinel: { name: group.name, nodes } });
    const backend = await tiers.open();
    const old = await appended(backend, "a");
    await backend.put("k", new Uint8Array(3), "t");
    await group.master.kill();
    const fresh = await head(backend);
    expect(fresh.logId).not.toBe(old.logId);
    expect(await backend.put("k", new Uint8Array(4), "t")).toBe(true);
  }, 60_000);
});

/** Makes the server of `client` a replica of `master`, and waits until it has got everything. */
async function follow(client: Redis, master: RedisServer): Promise<void> {
  await client.replicaof(master.host, master.port);
  while (!(await client.info("replication")).includes("master_link_status:up"))
    await new Promise((resolve) => setTimeout(resolve, 10));
}

async function replicationId(client: Redis): Promise<string | undefined> {
  return /master_replid:(\w+)/.exec(await client.info("replication"))?.[1];
}

async function presence(backend: RedisBackend, key: string): Promise<boolean> {
  await head(backend);
  return backend.exists(key, "t");
}
