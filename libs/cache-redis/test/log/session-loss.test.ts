import { describe, expect, test } from "@jest/globals";
import {
  serverSuite,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
} from "@cogniverse/test-servers";
import { Fleet, outcome, type FleetNode } from "../support/fleet.ts";
import { appended, type LogReader } from "../support/log-reader.ts";
import { bareClient } from "../support/tiers.ts";

/** Calls again while the client finds its server. */
async function beat(reader: LogReader): Promise<void> {
  for (;;) {
    try {
      return await reader.beat();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Two nodes whose table counts; the second one has applied the last record. */
async function ripePair(fleet: Fleet): Promise<readonly [FleetNode, FleetNode]> {
  const [a, b] = [await fleet.node(), await fleet.node()];
  await fleet.ripen(a);
  const head = await appended(a.reader.log, "k");
  b.reader.session.applied(head);
  expect(await a.reader.session.settled(head)).toBe(1);
  return [a, b];
}

/**
 * The table was lost: only the first node has found out, and the second one may still serve by what it read before. Nothing is acknowledged before D
 * has passed, though the table that is there now knows of nobody else.
 */
async function afterLoss([a, b]: readonly [FleetNode, FleetNode]): Promise<readonly unknown[]> {
  await beat(a.reader);
  const { log, session } = a.reader;
  const head = await appended(log, "k");
  const atOnce = await outcome(session, head);
  a.clock.advance(4999);
  await a.reader.beat();
  const before = await outcome(session, head);
  a.clock.advance(1);
  await a.reader.beat();
  const after = await session.settled(head);
  await beat(b.reader);
  const next = await appended(log, "k");
  const lagging = await outcome(session, next);
  b.reader.session.applied(next);
  return [atOnce, before, after, lagging, await session.settled(next)];
}

/** At once, shortly before D, after it; once the other one is back, and once it has applied a record. */
const NOTHING_BEFORE_LEASE = ["unknown", "unknown", 0, "waits", 1];

serverSuite(["redis"], describe)("a table of sessions that Redis may have lost", () => {
  test("FLUSHALL: it shortens nothing before D", async () => {
    await using server = await startRedis();
    await using client = bareClient(server.url);
    await using fleet = new Fleet({ url: server.url });
    const pair = await ripePair(fleet);
    await client.flushall();
    expect(await afterLoss(pair)).toEqual(NOTHING_BEFORE_LEASE);
  });

  test("FLUSHALL: what is appended and acknowledged in the next log is heard again", async () => {
    await using server = await startRedis();
    await using client = bareClient(server.url);
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await ripePair(fleet);
    for (const { reader } of [a, b]) reader.follow();
    for (let n = 0; n < 5; n++) await a.reader.session.settled(await appended(a.reader.log, "k"));
    await client.flushall();
    await fleet.ripen(a);
    for (const { reader } of [b, a]) await reader.beat();
    await fleet.ripen(a);
    await b.reader.beat();
    const heard = b.reader.heard;
    for (let n = 0; n < 5; n++) {
      const head = await appended(a.reader.log, "k");
      expect(await a.reader.session.settled(head)).toBe(1);
    }
    expect(b.reader.heard).toBeGreaterThan(heard);
  });

  test("a server that starts again empty: it shortens nothing before D", async () => {
    await using server = await startRedis();
    await using fleet = new Fleet({ url: server.url });
    const pair = await ripePair(fleet);
    await server.restart({ keepData: false });
    expect(await afterLoss(pair)).toEqual(NOTHING_BEFORE_LEASE);
  });

  test("a server that starts again with the whole log: it shortens nothing before D", async () => {
    const config = { appendonly: "yes", appendfsync: "always" };
    await using server = await startRedis({ config });
    await using fleet = new Fleet({ url: server.url });
    const pair = await ripePair(fleet);
    const { logId } = pair[0].reader.head;
    await server.kill();
    await server.restart({ keepData: true });
    expect(await afterLoss(pair)).toEqual(NOTHING_BEFORE_LEASE);
    expect(pair[0].reader.head.logId).toBe(logId);
  });

  test("a server that starts again from an older dump: it shortens nothing before D", async () => {
    await using server = await startRedis();
    await using client = bareClient(server.url);
    await using fleet = new Fleet({ url: server.url });
    const pair = await ripePair(fleet);
    await client.save();
    const once = client.duplicate({ retryStrategy: () => null });
    await once.call("SHUTDOWN", "NOSAVE").catch(() => undefined);
    await server.restart({ keepData: true });
    expect(await afterLoss(pair)).toEqual(NOTHING_BEFORE_LEASE);
  });

  test("an evicted hash: it shortens nothing before D; an evicted stream costs nothing", async () => {
    await using server = await startRedis();
    await using client = bareClient(server.url);
    await using fleet = new Fleet({ url: server.url });
    const pair = await ripePair(fleet);
    const [a, b] = pair;
    await client.del(`${fleet.prefix}cog:{log}:acks`);
    a.reader.follow();
    const waiting = a.reader.session.settled(await appended(a.reader.log, "k"));
    await b.reader.beat();
    await b.reader.beat();
    expect(await waiting).toBe(1);
    await client.del(`${fleet.prefix}cog:{log}:state`);
    expect(await afterLoss(pair)).toEqual(NOTHING_BEFORE_LEASE);
  });

  test("a master that misses its replicas says nothing of who serves", async () => {
    // A replica says once a second how far it is, on a busy machine later.
    const config = { "min-replicas-to-write": "1", "min-replicas-max-lag": "30" };
    await using server = await startRedis({ config });
    await using replica = await startRedis();
    await using client = bareClient(replica.url);
    await client.replicaof(server.host, server.port);
    await using another = bareClient(server.url);
    const until = async (wanted: string): Promise<void> => {
      while ((await another.set("k", "v").catch(() => "refused")) !== wanted)
        await new Promise((resolve) => setTimeout(resolve, 20));
    };
    // The master counts a replica later than the replica calls its link up.
    await until("OK");
    await using fleet = new Fleet({ url: server.url });
    const [a] = await ripePair(fleet);
    replica.pause();
    await another.config("SET", "min-replicas-max-lag", "1");
    await until("refused");
    const refused = { code: "tier_unavailable", retryable: true };
    const { session, head } = a.reader;
    await expect(session.settled(head)).rejects.toMatchObject(refused);
    await expect(session.read(head)).rejects.toMatchObject(refused);
    replica.resume();
  });
});

serverSuite(["redis"], describe)("a table of sessions behind Sentinel", () => {
  test("a failover: it shortens nothing before D", async () => {
    await using group = await startRedisSentinel();
    const nodes = group.sentinels.map(({ host, port }) => `${host}:${port}`);
    await using fleet = new Fleet({ sentinel: { name: group.name, nodes } });
    const pair = await ripePair(fleet);
    await group.master.kill();
    expect(await afterLoss(pair)).toEqual(NOTHING_BEFORE_LEASE);
  }, 60_000);
});

serverSuite(["redis"], describe)("a table of sessions in a cluster", () => {
  test("an append is acknowledged once another session has applied what it heard of", async () => {
    await using cluster = await startRedisCluster();
    const [url = ""] = cluster.urls;
    await using fleet = new Fleet({ url, cluster: true });
    const [a, b] = await ripePair(fleet);
    a.reader.follow();
    b.reader.follow();
    for (let n = 0; n < 20; n++) {
      const head = await appended(a.reader.log, `${n}`);
      expect(await a.reader.session.settled(head)).toBe(1);
      expect(b.reader.head).toEqual(head);
    }
  }, 60_000);
});
