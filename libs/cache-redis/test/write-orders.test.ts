import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { isUnreadable, plainEntry, toPosition, type Entry } from "@cogniverse/sdk";
import { serverSuite, startProxy, startRedis } from "@cogniverse/test-servers";
import type { RedisBackend } from "../src/index.ts";
import { Names } from "../src/names.ts";
import { bareClient, Tiers } from "./support/tiers.ts";

function entryOf(asOf: number, length: number, logId = "log"): Entry {
  const { data, metadata } = plainEntry(new Uint8Array(length), { now: Date.now(), ttl: null });
  return { data, metadata: { ...metadata, logId, asOf: toPosition(asOf) } };
}

function fill({ entries }: RedisBackend, entry: Entry, key = "a"): Promise<string | undefined> {
  return entries.putEntry(key, entry, "t", { if: "not-newer", asOf: entry.metadata.asOf });
}

async function asOfOf({ entries }: RedisBackend): Promise<number> {
  const read = await entries.getEntry("a", "t");
  if (read === undefined || isUnreadable(read)) throw new Error("the copy is gone");
  return read.metadata.asOf;
}

/** What the server has done since, by command: `cmdstat_` lines of INFO. */
async function commandsOf(client: ReturnType<typeof bareClient>): Promise<Record<string, number>> {
  const info = await client.info("commandstats");
  const found = info.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm);
  return Object.fromEntries([...found].map(([, name = "", calls]) => [name, Number(calls)]));
}

const SIZES = [100, 50_000, 2_000_000];

serverSuite(["redis"], describe)("the order of writes", () => {
  test.each(SIZES)("of fills of %d bytes that race, the newest of one log stays", async (size) => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    const nodes = [await tiers.open(), await tiers.open(), await tiers.open()];
    for (let round = 0; round < 40; round++) {
      const [first] = nodes;
      if (first === undefined) return;
      await first.delete("a", "t");
      const order = [3, 1, 2].map((_, at, all) => all[(at + round) % 3] ?? 0);
      await Promise.all(
        nodes.map(async (node, at) => fill(node, entryOf(order[at] ?? 0, size + at))),
      );
      expect(await asOfOf(first)).toBe(3);
    }
  });

  test.each(SIZES)(
    "an older fill of %d bytes loses to a copy that came between, whatever its node believes",
    async (size) => {
      await using server = await startRedis();
      await using tiers = new Tiers({ url: server.url });
      const [one, two] = [await tiers.open(), await tiers.open()];
      // One has seen that nothing is there; then two writes.
      expect(await one.get("a", "t")).toBeUndefined();
      expect(await fill(two, entryOf(9, size))).toBeDefined();
      expect(await fill(one, entryOf(8, size))).toBeUndefined();
      expect(await asOfOf(one)).toBe(9);
      // One knows of a copy; then two deletes it, and what one fills is stored.
      await two.delete("a", "t");
      expect(await fill(one, entryOf(8, size))).toBeDefined();
      expect(await asOfOf(two)).toBe(8);
      // A copy of another log is no reason against it.
      expect(await fill(two, entryOf(1, size, "other"))).toBeDefined();
      expect(await asOfOf(one)).toBe(1);
    },
  );

  test("a copy that goes between SET NX and the script does not lose the fill", async () => {
    await using server = await startRedis();
    await using proxy = await startProxy(server);
    await using tiers = new Tiers({ url: `redis://127.0.0.1:${proxy.port}` });
    await using client = bareClient(server.url);
    const [one, two] = [await tiers.open(), await tiers.open({ url: server.url })];
    await fill(two, entryOf(1, 100));
    proxy.delay(50);
    const filled = fill(one, entryOf(2, 100));
    const name = new Names(tiers.prefix).bucketOf("a", "t").entry("a");
    const before = (await commandsOf(client))["set"] ?? 0;
    // Its SET has come, and its answer is on the way.
    while (((await commandsOf(client))["set"] ?? 0) === before) continue;
    await client.del(name);
    expect(await filled).toBeDefined();
    proxy.delay(0);
    expect(await asOfOf(two)).toBe(2);
  });

  test("a put and the fill of a miss are one SET each, and a known copy is compared at once", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    await using client = bareClient(server.url);
    const backend = await tiers.open();
    const during = async (write: () => Promise<unknown>): Promise<Record<string, number>> => {
      await client.config("RESETSTAT");
      expect(await write()).toBeTruthy();
      const { set = 0, evalsha = 0, eval: whole = 0 } = await commandsOf(client);
      return { set, scripts: evalsha + whole };
    };
    await fill(backend, entryOf(1, 100), "warm");
    await fill(backend, entryOf(1, 100), "warm");
    expect(await during(() => backend.put("b", new Uint8Array(50_000), "t"))).toEqual({
      set: 1,
      scripts: 0,
    });
    expect(await during(() => fill(backend, entryOf(1, 50_000)))).toEqual({ set: 1, scripts: 0 });
    // Within the script is another SET.
    expect(await during(() => fill(backend, entryOf(2, 100)))).toEqual({ set: 1, scripts: 1 });
    expect(await during(() => fill(backend, entryOf(3, 50_000)))).toEqual({ set: 1, scripts: 1 });
  });
});

serverSuite(["redis"], describe)("listing behind the writes", () => {
  test("what the server does not take into the index is served, kept and listed later", async () => {
    await using server = await startRedis({ users: ["app on >pw ~* +@all -zadd"] });
    await using tiers = new Tiers({ url: server.url, username: "app", password: "pw" });
    await using client = bareClient(server.url);
    const [backend, other] = [await tiers.open(), await tiers.open()];
    const keys = Array.from({ length: 500 }, (_, n) => `k/${n}`).toSorted();
    await Promise.all(keys.map((key) => backend.put(key, new Uint8Array(10), "t")));
    expect(await other.get("k/7", "t")).toHaveLength(10);
    // A listing that is not whole is a failure.
    for (const list of [() => backend.listKeys("", "t"), () => backend.getStats("t")])
      await expect(list()).rejects.toMatchObject({ code: "auth" });
    expect(await other.listKeys("", "t")).toEqual([]);
    await client.call("ACL", "SETUSER", "app", "+zadd");
    expect(await backend.listKeys("", "t")).toEqual(keys);
    expect(await other.listKeys("", "t")).toEqual(keys);
    const { lines } = tiers.context.logger;
    expect(lines.filter(({ message }) => message.includes("cannot list"))).toHaveLength(1);
  });

  test("nobody need ask: what failed is sent again by itself", async () => {
    await using server = await startRedis({ users: ["app on >pw ~* +@all -zadd"] });
    await using tiers = new Tiers({ url: server.url, username: "app", password: "pw" });
    await using client = bareClient(server.url);
    const [backend, other] = [await tiers.open(), await tiers.open()];
    await backend.put("a", new Uint8Array(10), "t");
    await expect(backend.listKeys("", "t")).rejects.toMatchObject({ code: "auth" });
    await client.call("ACL", "SETUSER", "app", "+zadd");
    while ((await other.listKeys("", "t")).length === 0) continue;
    expect(await other.listKeys("", "t")).toEqual(["a"]);
  });

  test("a connection that is lost between a write and its listing loses no key", async () => {
    await using server = await startRedis();
    await using proxy = await startProxy(server);
    await using tiers = new Tiers({ url: `redis://127.0.0.1:${proxy.port}` });
    const [backend, other] = [await tiers.open(), await tiers.open({ url: server.url })];
    const keys = Array.from({ length: 200 }, (_, n) => `k/${n}`).toSorted();
    const writes = keys.map((key) => backend.put(key, new Uint8Array(1000), "t"));
    await writes[0];
    await proxy.reset();
    const stored = (await Promise.allSettled(writes)).map(({ status }) => status === "fulfilled");
    await proxy.heal();
    while (!(await backend.exists(keys[0] ?? "", "t").catch(() => false)))
      await new Promise((resolve) => setImmediate(resolve));
    const listed = await backend.listKeys("", "t");
    // Also what was stored without an answer is listed.
    const served = await Promise.all(keys.map((key) => other.exists(key, "t")));
    expect(listed).toEqual(keys.filter((_, at) => served[at]));
    stored.forEach((done, at) => expect(done && served[at] !== true).toBe(false));
  });

  test("close lists what was stored before it", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    const [backend, other] = [await tiers.open(), await tiers.open()];
    const keys = Array.from({ length: 100 }, (_, n) => `k/${n}`).toSorted();
    await Promise.all(keys.map((key) => backend.put(key, new Uint8Array(10), "t")));
    await backend[Symbol.asyncDispose]();
    expect(await other.listKeys("", "t")).toEqual(keys);
  });

  test("what a process stored in the moment of its death is served, and listed by reindex", async () => {
    await using server = await startRedis();
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    const script = fileURLToPath(new URL("support/dying-writer.ts", import.meta.url));
    const args = ["--conditions=@cogniverse/source", script, server.url, tiers.prefix, "a", "b"];
    const writer = spawn(process.execPath, args, { stdio: "ignore" });
    expect(await once(writer, "exit")).toEqual([null, "SIGKILL"]);
    expect(await backend.get("b", "t")).toHaveLength(10);
    expect(await backend.listKeys("", "t")).not.toContain("b");
    expect(await backend.reindex()).toBe(2);
    expect(await backend.listKeys("", "t")).toEqual(["a", "b"]);
  });
});
