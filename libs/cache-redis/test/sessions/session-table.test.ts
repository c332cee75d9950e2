import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { toPosition, type LogHead, type LogNews, type SessionSeat } from "@cogniverse/sdk";
import { FakeClock, settle } from "@cogniverse/testkit";
import {
  serverSuite,
  startRedis,
  startRedisCluster,
  type RedisServer,
} from "@cogniverse/test-servers";
import type { RedisBackend, RedisOptions } from "../../src/index.ts";
import { recordOf } from "../support/log-reader.ts";
import { scriptsRun } from "../support/scripts-run.ts";
import { bareClient, Tiers, wipe } from "../support/tiers.ts";

const LEASE_MS = 5000;
const at = (position: number, logId = "log"): LogHead => ({
  logId,
  position: toPosition(position),
});

type Node = Readonly<{ backend: RedisBackend; seat: SessionSeat; clock: FakeClock }>;

class Seats extends Tiers {
  #made = 0;

  constructor(options: RedisOptions) {
    super({ command_timeout_ms: 3_600_000, ...options }, { networkLeaseMs: LEASE_MS });
  }

  async node(leaseMs: () => number = () => LEASE_MS): Promise<Node> {
    const clock = new FakeClock();
    const backend = await this.open({}, { clock });
    const seat = this.with(backend.sessions.seat(`session ${this.#made++}; é`, leaseMs));
    return { backend, seat, clock };
  }

  /** Two that stand in one table, which is confirmed under the name that comes third. */
  async pair(): Promise<readonly [Node, Node, string]> {
    const [a, b] = [await this.node(), await this.node()];
    const incarnation = await a.seat.report(at(0));
    await b.seat.report(at(0));
    const naming = `${incarnation} first`;
    await a.seat.confirm(naming);
    return [a, b, naming];
  }
}

/** What a wait has come to once all that is on its way has come. */
async function outcome(
  { seat, backend }: Node,
  head: LogHead,
  naming: string,
): Promise<number | "waits" | "unknown"> {
  const end = new AbortController();
  const waiting = seat.settled(head, naming, { signal: end.signal }).then(
    (others) => others ?? ("unknown" as const),
    () => "waits" as const,
  );
  await settle(1);
  // Answered after the question on the same connection, though the server may have forgotten the question's script.
  for (let n = 0; n < 3; n++) await backend.exists("k", "t");
  await settle();
  end.abort();
  return waiting;
}

serverSuite(["redis"], describe)("the table of sessions in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  }, 120_000);
  afterAll(() => server.stop());

  test("a wait ends once the others say that they have applied it", async () => {
    await using seats = new Seats({ url: server.url });
    const [a, b, naming] = await seats.pair();
    expect(await outcome(a, at(7), naming)).toBe("waits");
    const waiting = a.seat.settled(at(7), naming);
    await b.seat.report(at(7));
    expect(await waiting).toBe(1);
  });

  test("an incarnation shortens nothing before it is confirmed, and nothing under another name", async () => {
    await using seats = new Seats({ url: server.url });
    const a = await seats.node();
    const incarnation = await a.seat.report(at(7));
    const [first, second] = [`${incarnation} first`, `${incarnation} second`];
    for (const naming of [first, incarnation, "", "gone first"])
      expect(await a.seat.settled(at(7), naming)).toBeUndefined();
    await a.seat.confirm("gone first");
    expect(await a.seat.settled(at(7), "gone first")).toBeUndefined();
    await a.seat.confirm(first);
    expect(await a.seat.settled(at(7), first)).toBe(0);
    await a.seat.confirm(second);
    expect(await a.seat.settled(at(7), first)).toBeUndefined();
    expect(await a.seat.settled(at(7), second)).toBe(0);
  });

  test("what was said of another log counts for nothing", async () => {
    await using seats = new Seats({ url: server.url });
    const [a, b, naming] = await seats.pair();
    await b.seat.report(at(9, "another; log"));
    expect(await outcome(a, at(7), naming)).toBe("waits");
    await b.seat.report({ logId: "", position: toPosition(0) });
    expect(await outcome(a, at(7), naming)).toBe("waits");
    await b.seat.report(at(7));
    expect(await a.seat.settled(at(7), naming)).toBe(1);
    await a.seat.report(at(9, "another; log"));
    expect(await outcome(a, at(9, "another; log"), naming)).toBe("waits");
  });

  test("a session that is silent for D is dropped, one that was renewed since is not", async () => {
    await using seats = new Seats({ url: server.url });
    const [a, b, naming] = await seats.pair();
    await a.seat.report(at(1));
    a.clock.advance(LEASE_MS - 1);
    await b.seat.report(at(1));
    a.clock.advance(1);
    expect(await outcome(a, at(7), naming)).toBe("waits");
    a.clock.advance(LEASE_MS);
    expect(await a.seat.settled(at(7), naming)).toBe(0);
  });

  test("a session is silent after the D of the log, and after the greatest that a session goes by", async () => {
    await using seats = new Seats({ url: server.url });
    const [a, , naming] = await seats.pair();
    const patient = await seats.node(() => 3 * LEASE_MS);
    await patient.seat.report(at(0));
    await a.seat.report(at(1));
    a.clock.advance(LEASE_MS);
    expect(await outcome(a, at(7), naming)).toBe("waits");
  });

  test("FLUSHALL: the table is another one, in which nobody stands and which shortens nothing", async () => {
    await using seats = new Seats({ url: server.url });
    await using client = bareClient(server.url);
    const [a, , naming] = await seats.pair();
    await wipe(client, seats.prefix);
    expect(await outcome(a, at(0), naming)).toBe("unknown");
    const next = await a.seat.report(at(0));
    expect(next).not.toBe(naming.split(" ")[0]);
    await a.seat.confirm(naming);
    expect(await a.seat.settled(at(0), naming)).toBeUndefined();
    await a.seat.confirm(`${next} first`);
    expect(await a.seat.settled(at(0), `${next} first`)).toBe(0);
  });

  test("a server that starts again with its data has another table", async () => {
    const config = { appendonly: "yes", appendfsync: "always" };
    await using own = await startRedis({ config });
    await using seats = new Seats({ url: own.url });
    const [a, , naming] = await seats.pair();
    await own.kill();
    await own.restart({ keepData: true });
    await answers(a);
    expect(await outcome(a, at(0), naming)).toBe("unknown");
    expect(await a.seat.report(at(0))).not.toBe(naming.split(" ")[0]);
  });

  test("a replica registers nobody", async () => {
    await using replica = await startRedis({ config: { replicaof: `127.0.0.1 ${server.port}` } });
    await using seats = new Seats({ url: server.url });
    const [a, , naming] = await seats.pair();
    await using client = bareClient(server.url);
    await client.wait(1, 0);
    const other = await seats.open({ url: replica.url });
    const seat = seats.with(other.sessions.seat("x", () => LEASE_MS));
    const refused = { code: "tier_unavailable", retryable: true };
    await expect(seat.report(at(0))).rejects.toMatchObject(refused);
    await expect(seat.settled(at(0), naming)).rejects.toMatchObject(refused);
    await a.seat.report(at(0));
  });

  test("who gives its seat back is waited for no longer", async () => {
    await using seats = new Seats({ url: server.url });
    const [a, b, naming] = await seats.pair();
    const waiting = a.seat.settled(at(7), naming);
    await settle();
    await b.seat[Symbol.asyncDispose]();
    expect(await waiting).toBe(0);
  });

  test("announcements are handed on, also twice and of another log; a long one says only that there is something", async () => {
    await using seats = new Seats({ url: server.url });
    const [a, b] = await seats.pair();
    const heard: (LogNews | undefined)[] = [];
    using _ = b.seat.watch((news) => heard.push(news));
    const news = (position: number, logId: string, size = 1): LogNews => ({
      head: at(position, logId),
      records: Array.from({ length: size }, (__, n) => ({
        ...recordOf("é"),
        position: toPosition(position - size + 1 + n),
      })),
    });
    for (const one of [news(2, "log"), news(2, "log"), news(9, "another")]) a.seat.announce(one);
    a.seat.announce(news(2000, "log", 2000));
    while (heard.length < 4) await settle();
    expect(heard).toEqual([news(2, "log"), news(2, "log"), news(9, "another"), undefined]);
  });

  test("1,000 who wait at once cost a handful of commands", async () => {
    await using seats = new Seats({ url: server.url });
    const [a, b, naming] = await seats.pair();
    const before = await scriptsRun(server.url);
    const waiting = Array.from({ length: 1000 }, (_, n) => a.seat.settled(at(n + 1), naming));
    await settle();
    await b.seat.report(at(1000));
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([1]));
    expect((await scriptsRun(server.url)) - before).toBeLessThan(8);
  });

  test("in a cluster it works too", async () => {
    await using cluster = await startRedisCluster();
    await using seats = new Seats({ url: cluster.urls[0] ?? "", cluster: true });
    const [a, b, naming] = await seats.pair();
    const waiting = a.seat.settled(at(7), naming);
    using _ = b.seat.watch((news) => news && void b.seat.report(news.head));
    const head = at(7);
    const records = [{ ...recordOf("k"), position: head.position }];
    a.seat.announce({ head, records });
    expect(await waiting).toBe(1);
  }, 60_000);
});

/** Calls until the client has found its server again. */
async function answers({ backend }: Node): Promise<void> {
  for (;;) {
    try {
      await backend.exists("k", "t");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
