import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import {
  toPosition,
  type InvalidationLog,
  type LogRecord,
  type LogSession,
  type LogSnapshot,
  type NewRecord,
} from "@cogniverse/sdk";
import { serverSuite, startRedis, type RedisServer } from "@cogniverse/test-servers";
import type { RedisBackend } from "../../src/index.ts";
import type { Answer } from "../../src/log/answer.ts";
import { LOG_SNAPSHOT, LOG_SNAPSHOT_ON } from "../../src/log/log-scripts.ts";
import { SnapshotPages } from "../../src/log/snapshot-pages.ts";
import { Names } from "../../src/names.ts";
import { appended, recordOf } from "../support/log-reader.ts";
import { loadScopes } from "../support/many-scopes.ts";
import { ScopeMarks } from "../support/scope-marks.ts";
import { bareClient, Tiers } from "../support/tiers.ts";

function logOf({ log }: RedisBackend): InvalidationLog {
  if (log === undefined) throw new Error("no log");
  return log;
}

function sessionOf(log: InvalidationLog): LogSession {
  const session = log.session?.();
  if (session === undefined) throw new Error("no session");
  return session;
}

/** Appends, and answers the records at their places. */
async function add(
  log: InvalidationLog,
  records: readonly NewRecord[],
): Promise<readonly LogRecord[]> {
  const head = await log.append(records);
  if (head === undefined) throw new Error("nothing was appended");
  const before = head.position - records.length;
  return records.map((record, n) => ({ ...record, position: toPosition(before + 1 + n) }));
}

/** A record of each kind that there is on a key, by turns, of content that may be that of the one before. */
function changed(key: number, round: number): NewRecord {
  const mode = round % 2 === 0 ? "soft" : "hard";
  return { ...recordOf(`k${key}`), mode, digest: `content-${Math.floor(round / 3) % 2}` };
}

/** Reads a snapshot by the scripts themselves; `between` is called with the number of the page that comes next. Answers what each page held, too. */
async function paged(
  client: Redis,
  prefix: string,
  between: (page: number) => Promise<unknown>,
): Promise<Readonly<{ snapshot: LogSnapshot; pages: readonly number[] }>> {
  const { state, tail, acks } = new Names(prefix).log;
  const pages: number[] = [];
  const run = async (lua: string, ...args: readonly string[]): Promise<Answer> => {
    const begin = [`new-${pages.length}`, "5000", "1"];
    // All scripts of the log answer so.
    const answer = (await client.eval(lua, 3, state, tail, acks, ...begin, ...args)) as unknown[];
    const [logId, position, , incarnation, , , ...rest] = answer;
    pages.push((rest[0] as unknown[]).length);
    const head = { logId: String(logId), position: toPosition(Number(position)) };
    return { head, incarnation: String(incarnation), rest };
  };
  const reading = new SnapshotPages({
    begin: () => run(LOG_SNAPSHOT.lua),
    goOn: async (place) => {
      await between(pages.length);
      return run(LOG_SNAPSHOT_ON.lua, ...place);
    },
  });
  return { snapshot: await reading.read(), pages };
}

serverSuite(["redis"], describe)("the snapshot of a log in Redis", () => {
  let server: RedisServer;
  let client: ReturnType<typeof bareClient>;
  beforeAll(async () => {
    server = await startRedis();
    client = bareClient(server.url);
  }, 120_000);
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  test("of 300,000 scopes misses nothing of what is appended all the time while it is read", async () => {
    await using tiers = new Tiers({ url: server.url });
    const [log, fresh] = [logOf(await tiers.open()), logOf(await tiers.open())];
    const { state } = new Names(tiers.prefix).log;
    const following = new ScopeMarks();
    following.take(await loadScopes(client, log, state, 300_000));
    const read = new AbortController();
    const appending = (async () => {
      for (let round = 0; !read.signal.aborted; round++)
        following.take(
          await add(
            log,
            Array.from({ length: 20 }, (_, n) => changed((round * 7919 + n) % 300_100, round)),
          ),
        );
      return log.head();
    })();
    await using session = tiers.with(sessionOf(fresh));
    const { head, records } = await session.snapshot();
    read.abort();
    const end = await appending;
    const delta = await session.read(head);
    if (delta.type === "reset") throw new Error("the snapshot was too old to read on from");
    expect(delta.head).toEqual(end);
    expect(end.position).toBeGreaterThan(301_000);
    const started = new ScopeMarks().take(records).take(delta.records);
    expect(started.size).toBeGreaterThanOrEqual(300_000);
    expect(started.differences(following)).toEqual([]);
  }, 60_000);

  test.each([
    ["each", (): boolean => true],
    ["one", (page: number): boolean => page === 3],
  ])(
    "says of each scope all that the log does, though all change before %s of its pages",
    async (_, changes) => {
      await using tiers = new Tiers({ url: server.url });
      const log = logOf(await tiers.open());
      const following = new ScopeMarks();
      const change = async (digest: string): Promise<void> => {
        const keys = Array.from({ length: 1000 }, (_v, key) => `k${key}`);
        following.take(
          await add(
            log,
            keys.map((key) => ({ ...recordOf(key), digest })),
          ),
        );
      };
      for (const digest of ["a", "b"]) await change(digest);
      const { snapshot, pages } = await paged(client, tiers.prefix, async (page) => {
        if (changes(page)) await change(`page-${page >> 1}`);
      });
      expect(pages.length).toBeGreaterThan(3);
      expect(snapshot.head).toEqual(await log.head());
      expect(new ScopeMarks().take(snapshot.records).differences(following)).toEqual([]);
    },
  );

  test("comes in pages that stay small", async () => {
    await using tiers = new Tiers({ url: server.url });
    const { state } = new Names(tiers.prefix).log;
    await loadScopes(client, logOf(await tiers.open()), state, 20_000);
    const { snapshot, pages } = await paged(client, tiers.prefix, async () => undefined);
    expect(snapshot.records).toHaveLength(20_000);
    expect(Math.max(...pages)).toBeLessThan(1000);
  });

  test("is the new log's where all was flushed between two pages, and nothing of the old one's", async () => {
    await using tiers = new Tiers({ url: server.url });
    const log = logOf(await tiers.open());
    const { state } = new Names(tiers.prefix).log;
    await loadScopes(client, log, state, 5000);
    const { snapshot } = await paged(client, tiers.prefix, async (page) => {
      if (page !== 3) return;
      await client.flushall();
      await appended(log, "new");
    });
    expect(snapshot.head).toEqual(await log.head());
    expect(snapshot.records).toEqual([{ ...recordOf("new"), position: 1 }]);
  });

  test("is the new log's where that has come further than the old one already", async () => {
    await using tiers = new Tiers({ url: server.url });
    const log = logOf(await tiers.open());
    await loadScopes(client, log, new Names(tiers.prefix).log.state, 5000);
    const following = new ScopeMarks();
    const { snapshot } = await paged(client, tiers.prefix, async (page) => {
      if (page !== 3) return;
      await client.flushall();
      for (let round = 0; round < 6; round++) {
        const records = Array.from({ length: 1000 }, (_, n) => recordOf(`n${n}`));
        following.take(await add(log, records));
      }
    });
    expect(snapshot.head).toEqual(await log.head());
    expect(snapshot.head.position).toBe(6000);
    expect(new ScopeMarks().take(snapshot.records).differences(following)).toEqual([]);
  });

  test("is read anew where the stream no longer has what came since the page before", async () => {
    await using tiers = new Tiers({ url: server.url });
    const log = logOf(await tiers.open());
    const { state, tail } = new Names(tiers.prefix).log;
    const following = new ScopeMarks().take(await loadScopes(client, log, state, 5000));
    const { snapshot } = await paged(client, tiers.prefix, async (page) => {
      if (page !== 3) return;
      const records = Array.from({ length: 1000 }, (_, n) => changed(n * 6, n));
      following.take(await add(log, records));
      await client.del(tail);
    });
    expect(new ScopeMarks().take(snapshot.records).differences(following)).toEqual([]);
  });

  test("is read anew where the server began again with the same log, since its cursors mean something else now", async () => {
    const config = { appendonly: "yes", appendfsync: "always" };
    await using own = await startRedis({ config });
    await using tiers = new Tiers({ url: own.url });
    const log = logOf(await tiers.open());
    await using bare = bareClient(own.url);
    const following = new ScopeMarks();
    following.take(await loadScopes(bare, log, new Names(tiers.prefix).log.state, 5000));
    let began = 0;
    const { snapshot, pages } = await paged(bare, tiers.prefix, async (page) => {
      if (page !== 3) return;
      began = page;
      await own.restart({ keepData: true });
    });
    expect(snapshot.head.position).toBe(5000);
    expect(new ScopeMarks().take(snapshot.records).differences(following)).toEqual([]);
    // The pages after it are all of them.
    const values = pages.slice(began + 1).reduce((sum, page) => sum + page - 1, 0);
    expect(values).toBe(5000);
  }, 60_000);
});
