import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { toPosition } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { serverSuite, startRedis, type RedisServer } from "@cogniverse/test-servers";
import { Fleet, LEASE_MS, outcome } from "../support/fleet.ts";
import { LosingProxy } from "../support/losing-proxy.ts";
import { appended, LogReader } from "../support/log-reader.ts";
import { scriptsRun } from "../support/scripts-run.ts";
import { bareClient, Tiers, wipe } from "../support/tiers.ts";

serverSuite(["redis"], describe)("sessions of the log in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  }, 120_000);
  afterAll(() => server.stop());

  test("an append is acknowledged once another session says that it has applied it", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    const head = await appended(a.log, "k");
    expect(await outcome(a.session, head)).toBe("waits");
    b.session.applied(head);
    expect(await a.session.settled(head)).toBe(1);
  });

  test("an append is acknowledged once another session reads on from behind it, and not when it reads it", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    const head = await appended(a.log, "k");
    await b.beat();
    expect(await outcome(a.session, head)).toBe("waits");
    await b.beat();
    expect(await a.session.settled(head)).toBe(1);
  });

  test("who waits is told by an acknowledgement and asks no second time", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    a.follow();
    const first = await appended(a.log, "k");
    const waiting = a.session.settled(first);
    await settle();
    const before = await scriptsRun(server.url);
    b.session.applied(first);
    expect(await waiting).toBe(1);
    // What the other one said, and nothing else.
    expect((await scriptsRun(server.url)) - before).toBe(1);
  });

  test("what was applied of a later record counts for an earlier one, and of an earlier not for a later", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    const [first, second] = [await appended(a.log, "k"), await appended(a.log, "k")];
    b.session.applied(first);
    expect(await a.session.settled(first)).toBe(1);
    expect(await outcome(a.session, second)).toBe("waits");
    b.session.applied(second);
    expect(await a.session.settled(second)).toBe(1);
  });

  test("what was applied of another log, or of what the log does not hold yet, counts for nothing", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    const head = await appended(a.log, "k");
    b.session.applied({ ...head, logId: "another" });
    expect(await outcome(a.session, head)).toBe("waits");
    b.session.applied({ ...head, position: toPosition(head.position + 1) });
    expect(await outcome(a.session, head)).toBe("waits");
    const next = await appended(a.log, "k");
    expect(await outcome(a.session, next)).toBe("waits");
    for (let n = 0; n < 2; n++) await b.beat();
    expect(await a.session.settled(next)).toBe(1);
  });

  test("two who wait for each other are told at once: who asks has applied it", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    await appended(a.log, "k");
    const head = await appended(b.log, "k");
    const waiting = a.session.settled(head);
    expect(await b.session.settled(head)).toBe(1);
    expect(await waiting).toBe(1);
  });

  test("a session that is silent for D holds up until then, and is dropped", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, , clock] = await fleet.pair();
    const head = await appended(a.log, "k");
    await a.beat();
    clock.advance(LEASE_MS - 1);
    await a.beat();
    expect(await outcome(a.session, head)).toBe("waits");
    clock.advance(1);
    expect(await a.session.settled(head)).toBe(0);
  });

  test("a session that was renewed since is not dropped by who did not see it", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b, clock] = await fleet.pair();
    await a.beat();
    await b.beat();
    const head = await appended(a.log, "k");
    clock.advance(LEASE_MS);
    expect(await outcome(a.session, head)).toBe("waits");
  });

  test("what is applied renews nothing", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b, clock] = await fleet.pair();
    await a.beat();
    b.session.applied(await appended(a.log, "k"));
    clock.advance(LEASE_MS);
    const head = await appended(a.log, "k");
    expect(await a.session.settled(head)).toBe(0);
  });

  test("a session is dropped after the greatest D that is known, also by who has not heard of it yet", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, , clock] = await fleet.pair();
    await a.beat();
    const head = await appended(a.log, "k");
    clock.advance(LEASE_MS);
    const patient = await fleet.open({}, { networkLeaseMs: 3 * LEASE_MS });
    await patient.log.head();
    expect(await outcome(a.session, head)).toBe("waits");
    clock.advance(2 * LEASE_MS);
    expect(await a.session.settled(head)).toBe(0);
  });

  test("a session that was dropped is registered anew by its next read, with what it has applied", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b, clock] = await fleet.pair();
    const head = await appended(a.log, "k");
    await a.beat();
    clock.advance(LEASE_MS);
    expect(await a.session.settled(head)).toBe(0);
    b.session.applied(head);
    await b.beat();
    const next = await appended(a.log, "k");
    expect(await outcome(a.session, next)).toBe("waits");
    await b.beat();
    expect(await outcome(a.session, next)).toBe("waits");
    await b.beat();
    expect(await a.session.settled(next)).toBe(1);
  });

  test("a session stands in the table as soon as its read may have been answered", async () => {
    await using fleet = new Fleet({ url: server.url });
    const proxy = fleet.with(await LosingProxy.before(server.port));
    const a = await fleet.node();
    await fleet.ripen(a);
    const b = await fleet.node({ url: `redis://127.0.0.1:${proxy.port}` });
    await b.reader[Symbol.asyncDispose]();
    const again = fleet.with(new LogReader(b.backend.log));
    proxy.loseNext();
    await expect(again.beat()).rejects.toMatchObject({ code: "tier_unavailable" });
    const head = await appended(a.reader.log, "k");
    expect(await outcome(a.reader.session, head)).toBe("waits");
  });

  test("sessions of one process are two", async () => {
    await using fleet = new Fleet({ url: server.url });
    const a = await fleet.node();
    const other = fleet.with(await LogReader.of(a.backend));
    await fleet.ripen(a);
    await other.beat();
    const head = await appended(a.reader.log, "k");
    expect(await outcome(a.reader.session, head)).toBe("waits");
    other.session.applied(head);
    expect(await a.reader.session.settled(head)).toBe(1);
  });

  test("who gives its session back is waited for no longer, and reads no more", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    const head = await appended(a.log, "k");
    const waiting = a.session.settled(head);
    await settle();
    await b[Symbol.asyncDispose]();
    expect(await waiting).toBe(0);
    await expect(b.session.read(head)).rejects.toMatchObject({ code: "closed" });
  });

  test("when the last one has left, that acknowledges nothing of what comes after", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    const head = await appended(a.log, "k");
    await a[Symbol.asyncDispose]();
    // Nobody who serves: it never read.
    const { session } = fleet.with(new LogReader(a.log));
    const waiting = session.settled(head);
    await settle();
    await b[Symbol.asyncDispose]();
    expect(await waiting).toBe(0);
    const [c] = [await fleet.node(), await fleet.node()];
    const next = await appended(c.reader.log, "k");
    expect(await outcome(c.reader.session, next)).toBe("waits");
  });

  test("closing waits for no server that hangs", async () => {
    await using own = await startRedis();
    await using tiers = new Tiers({ url: own.url, command_timeout_ms: 60_000 });
    const reader = await LogReader.of(await tiers.open());
    own.pause();
    const start = performance.now();
    await reader[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(20_000);
    own.resume();
  });

  test("a node that is alone is acknowledged by its append's answer, without another command", async () => {
    await using fleet = new Fleet({ url: server.url });
    const a = await fleet.node();
    await fleet.ripen(a);
    const before = await scriptsRun(server.url);
    const head = await appended(a.reader.log, "k");
    expect(await a.reader.session.settled(head)).toBe(0);
    expect((await scriptsRun(server.url)) - before).toBe(1);
  });

  test("1,000 who wait at once cost a handful of commands", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    a.follow();
    const keys = Array.from({ length: 1000 }, (_, n) => `${n}`);
    const heads = await Promise.all(keys.map((key) => appended(a.log, key)));
    const before = await scriptsRun(server.url);
    const waiting = heads.map((head) => a.session.settled(head));
    await settle();
    for (const head of heads) b.session.applied(head);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([1]));
    expect((await scriptsRun(server.url)) - before).toBeLessThan(8);
  });

  test("who waits and gives up is told the reason, and the others wait on", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    const head = await appended(a.log, "k");
    const end = new AbortController();
    const [given, kept] = [
      a.session.settled(head, { signal: end.signal }),
      a.session.settled(head),
    ];
    const reason = new Error("enough");
    end.abort(reason);
    await expect(given).rejects.toBe(reason);
    b.session.applied(head);
    expect(await kept).toBe(1);
  });

  test("acknowledgements that come twice, late, or of another log acknowledge nothing else", async () => {
    await using fleet = new Fleet({ url: server.url });
    await using client = bareClient(server.url);
    const [a, b] = await fleet.pair();
    a.follow();
    const head = await appended(a.log, "k");
    expect(await outcome(a.session, head)).toBe("waits");
    b.session.applied(head);
    expect(await a.session.settled(head)).toBe(1);
    const next = await appended(a.log, "k");
    const waiting = a.session.settled(next);
    const stream = `${fleet.prefix}cog:{log}:acks`;
    // Between the first one and the next.
    await client.xadd(stream, "1-1", "a", `1 ${head.logId} ${head.position} 2 x`);
    await client.xadd(stream, "1-2", "a", `1 another-log ${next.position} 2 x`);
    await client.xadd(stream, "1-3", "a", "of a later release");
    expect(await Promise.race([waiting, settle(50)])).toBeUndefined();
    expect(await outcome(a.session, next)).toBe("waits");
    b.session.applied(next);
    expect(await waiting).toBe(1);
  });

  test("what another node appends is heard gapless and applied without a read", async () => {
    await using fleet = new Fleet({ url: server.url });
    const [a, b] = await fleet.pair();
    a.follow();
    b.follow();
    for (let n = 1; n <= 50; n++) {
      const head = await appended(a.log, `${n}`, `${n}`);
      expect(await a.session.settled(head)).toBe(1);
      expect(b.head).toEqual(head);
    }
    expect(b.heard).toBe(50);
  });

  test("records that somebody else put into the tail are not taken for the log's", async () => {
    await using fleet = new Fleet({ url: server.url });
    await using client = bareClient(server.url);
    const [a, b] = await fleet.pair();
    const woken: unknown[] = [];
    using _ = b.session.watch?.((news) => woken.push(news));
    await appended(a.log, "k");
    while (woken.length === 0) await settle();
    woken.length = 0;
    const record = JSON.stringify({ tenantId: "t", scope: { kind: "tenant" }, mode: "hard" });
    await client.xadd(`${fleet.prefix}cog:{log}:tail`, "2-0", "r", record);
    await client.xadd(`${fleet.prefix}cog:{log}:tail`, "3-0", "r", record, "l", "another-log");
    while (woken.length < 2) await settle();
    expect(woken[0]).toBeUndefined();
    expect(woken[1]).toMatchObject({ head: { logId: "another-log", position: 3 } });
  });

  test("one line says why acknowledgements take D, and one that they are short again", async () => {
    await using fleet = new Fleet({ url: server.url });
    await using client = bareClient(server.url);
    const a = await fleet.node();
    const b = await fleet.node();
    await fleet.ripen(a);
    const lines = fleet.context.logger.lines;
    let head = await appended(a.reader.log, "k");
    b.reader.session.applied(head);
    expect(await a.reader.session.settled(head)).toBe(1);
    expect(lines).toEqual([]);
    await wipe(client, fleet.prefix);
    await a.reader.beat();
    await b.reader.beat();
    head = await appended(a.reader.log, "k");
    for (let n = 0; n < 3; n++) expect(await a.reader.session.settled(head)).toBeUndefined();
    await fleet.ripen(a);
    await b.reader.beat();
    await b.reader.beat();
    expect(await a.reader.session.settled(head)).toBe(1);
    expect(lines.map(({ message }) => message)).toEqual([
      expect.stringContaining("acknowledgements take 5000 ms"),
      expect.stringContaining("short again"),
    ]);
  });
});
