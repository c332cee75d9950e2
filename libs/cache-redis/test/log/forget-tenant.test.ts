import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { toPosition, type InvalidationLog, type NewRecord, type Position } from "@cogniverse/sdk";
import { serverSuite, startRedis, type RedisServer } from "@cogniverse/test-servers";
import { LOG_FORGET } from "../../src/log/forget-script.ts";
import { wholeTenant } from "../../src/log/log-fields.ts";
import { Names } from "../../src/names.ts";
import { LogReader, recordOf } from "../support/log-reader.ts";
import { loadScopes } from "../support/many-scopes.ts";
import { bareClient, Tiers } from "../support/tiers.ts";

const MANY = 20_000;
const WHOLE: NewRecord = { ...recordOf(""), scope: { kind: "tenant" } };
const others = (key: string): NewRecord => ({ ...recordOf(key), tenantId: "t:1" });

async function add(
  log: InvalidationLog | undefined,
  ...records: readonly NewRecord[]
): Promise<Position> {
  const head = await log?.append(records);
  if (head === undefined) throw new Error("nothing was appended");
  return head.position;
}

async function forget(log: InvalidationLog | undefined, before: Position): Promise<void> {
  if (log?.forgetTenant === undefined) throw new Error("this log forgets nothing");
  await log.forgetTenant("t", before);
}

/** One step alone: where the next one goes on, and of which table of sessions. */
async function step(
  client: Redis,
  { state, tail, acks }: Names["log"],
  { position, cursor, of }: Readonly<{ position: Position; cursor: string; of: string }>,
): Promise<Readonly<{ cursor: string; of: string }>> {
  const args = ["new", "5000", "0", wholeTenant("t"), "t", `${position}`, cursor, of];
  const answer = await client.eval(LOG_FORGET.lua, 3, state, tail, acks, ...args);
  const told = (answer as readonly unknown[]).map(String);
  return { cursor: told[6] ?? "", of: told[3] ?? "" };
}

/** Everything that a server keeps under a prefix, as text: names, fields and values of every type. */
async function dumped(client: Redis, prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const names of client.scanStream({ match: `${prefix}*` }))
    for (const name of names as string[]) {
      const type = await client.type(name);
      if (type === "hash")
        found.push(...Object.entries(await client.hgetall(name)).map((pair) => pair.join(" ")));
      else if (type === "stream")
        found.push(...(await client.xrange(name, "-", "+")).map((row) => row.flat().join(" ")));
      else if (type === "zset") found.push(...(await client.zrange(name, "0", "-1")));
      else found.push((await client.get(name)) ?? "");
      found.push(name);
    }
  return found;
}

serverSuite(["redis"], describe)("a tenant that Redis forgot", () => {
  let server: RedisServer;
  let client: Redis & AsyncDisposable;
  beforeAll(async () => {
    server = await startRedis();
    client = bareClient(server.url);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  test("is named by the record that covers the rest, and by no other name, field or value", async () => {
    await using tiers = new Tiers({ url: server.url });
    const { log } = await tiers.open();
    await add(log, others("lives"), ...Array.from({ length: 500 }, (_, n) => recordOf(`own-${n}`)));
    const soft: NewRecord = { ...recordOf("own-1"), mode: "soft", digest: "aa" };
    await add(
      log,
      soft,
      { ...soft, digest: "bb" },
      { ...soft, scope: { kind: "glob", value: "own*" } },
    );
    const position = await add(log, WHOLE);
    await add(log, others("later"));
    const before = await dumped(client, tiers.prefix);
    expect(before.filter((text) => text.includes("own-")).length).toBeGreaterThan(1000);
    await forget(log, position);
    const left = await dumped(client, tiers.prefix);
    expect(left.filter((text) => text.includes("own"))).toEqual([]);
    const named = left.filter((text) => /(^| )t( |$)|"tenantId":"t"/.test(text));
    expect(new Set(named.map((text) => text.split(" ", 1)[0]))).toEqual(
      new Set([`${position}-0`, "any", "gone", "hard"]),
    );
    expect(left.filter((text) => text.includes("lives")).length).toBe(1);
  });

  test("is forgotten in steps, between which others append; nobody who was level reads anew", async () => {
    await using tiers = new Tiers({ url: server.url });
    const { log } = await tiers.open();
    if (log === undefined) throw new Error("no log");
    const { state } = new Names(tiers.prefix).log;
    await loadScopes(client, log, state, MANY);
    const position = await add(log, WHOLE);
    await using reader = await LogReader.of({ log });
    const forgotten = new AbortController();
    const forgetting = forget(log, position).finally(() => forgotten.abort());
    let appends = 0;
    for (; !forgotten.signal.aborted; appends++) await add(log, others(`${appends}`));
    await forgetting;
    expect(appends).toBeGreaterThan(10);
    const delta = await log.read(reader.head);
    expect(delta).toMatchObject({ type: "records" });
    const { head, records } = await log.snapshot();
    expect(records.map((record) => record.position)).toEqual(
      Array.from({ length: appends + 1 }, (_, n) => toPosition(position + n)),
    );
    expect(head.position).toBe(position + appends);
  }, 60_000);

  test("keeps everything where nothing covers it", async () => {
    await using tiers = new Tiers({ url: server.url });
    const { log } = await tiers.open();
    const position = await add(log, recordOf("own"), { ...WHOLE, mode: "soft" });
    const before = await dumped(client, tiers.prefix);
    await forget(log, position);
    expect(await dumped(client, tiers.prefix)).toEqual(before);
  });

  test("is forgotten too where an append moved it, between two steps, to a field that was passed", async () => {
    await using tiers = new Tiers({ url: server.url });
    const { log } = await tiers.open();
    if (log === undefined) throw new Error("no log");
    const names = new Names(tiers.prefix).log;
    const count = 3000;
    await loadScopes(client, log, names.state, count);
    const position = await add(log, WHOLE);
    let answer = await step(client, names, { position, cursor: "0", of: "" });
    expect(answer.cursor).not.toBe("0");
    await add(log, ...Array.from({ length: count }, (_, n) => recordOf(`k${n}`)));
    while (answer.cursor !== "0") answer = await step(client, names, { position, ...answer });
    const { records } = await log.snapshot();
    expect(records.map((record) => record.position)).toEqual(
      Array.from({ length: count + 1 }, (_, n) => toPosition(position + n)),
    );
  });

  test("a step that goes on from a cursor of another process does nothing and says so", async () => {
    await using tiers = new Tiers({ url: server.url });
    const { log } = await tiers.open();
    const position = await add(log, recordOf("own"), WHOLE);
    const names = new Names(tiers.prefix).log;
    const { cursor } = await step(client, names, { position, cursor: "17", of: "another" });
    expect(cursor).toBe("again");
    expect(await client.hexists(names.state, "gone t")).toBe(0);
    await forget(log, position);
    expect(await client.hget(names.state, "gone t")).toBe(`${position}`);
  });
});
