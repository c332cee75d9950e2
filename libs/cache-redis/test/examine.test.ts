import { describe, expect, test } from "@jest/globals";
import type { Examination } from "@cogniverse/sdk";
import { serverSuite, startRedis, startRedisCluster } from "@cogniverse/test-servers";
import { backendModule, type RedisOptions } from "../src/index.ts";
import { systemContext } from "./support/context.ts";
import { LEAST_PRIVILEGES } from "./support/privileges.ts";
import { bareClient, Tiers } from "./support/tiers.ts";

function examine(options: RedisOptions): Promise<Examination> {
  if (backendModule.examine === undefined) throw new Error("the module cannot examine");
  return backendModule.examine(options, systemContext());
}

const levels = ({ findings }: Examination): readonly (readonly [string, string])[] =>
  findings.map(({ check, level }) => [check, level]);

serverSuite(["redis"], describe)("examine", () => {
  test("tells version, clock, settings, persistence and role, and stores nothing", async () => {
    await using server = await startRedis({ config: { maxmemory: "100mb" } });
    await using client = bareClient(server.url);
    const found = await examine({
      url: server.url,
      max_memory: "200mb",
      eviction_policy: "allkeys-lru",
    });
    expect(found.server).toMatch(/^(Redis|Valkey) \d/);
    expect(Math.abs(found.clockOffsetMs ?? Number.NaN)).toBeLessThan(1000);
    expect(levels(found)).toEqual([
      ["max-memory", "warning"],
      ["eviction-policy", "warning"],
      ["persistence", "warning"],
      ["role", "ok"],
    ]);
    expect(found.changes).toEqual([]);
    expect(await client.dbsize()).toBe(0);
  });

  test("manage_server plans the changes, and the start makes them, once", async () => {
    await using server = await startRedis({ config: { maxmemory: "100mb" } });
    const options: RedisOptions = {
      url: server.url,
      max_memory: "200mb",
      eviction_policy: "allkeys-lru",
      manage_server: true,
    };
    const planned = await examine(options);
    expect(planned.changes).toEqual([
      { what: "maxmemory", action: "change", before: "104857600", after: "209715200" },
      { what: "maxmemory-policy", action: "change", before: "noeviction", after: "allkeys-lru" },
    ]);
    await using tiers = new Tiers(options);
    await tiers.open();
    expect((await examine(options)).changes).toEqual([]);
  });

  test("without manage_server a difference is a warning, and nothing is set", async () => {
    await using server = await startRedis({ config: { maxmemory: "100mb" } });
    await using tiers = new Tiers({ url: server.url, max_memory: "200mb" });
    await tiers.open();
    await using client = bareClient(server.url);
    expect(await client.config("GET", "maxmemory")).toEqual(["maxmemory", "104857600"]);
    const warnings = tiers.context.logger.lines.filter(({ level }) => level === "warn");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain("maxmemory");
  });

  test("names each command that is missing, and no other", async () => {
    const granted = LEAST_PRIVILEGES.replace(" +rename", "").replace(" +xadd", "");
    await using server = await startRedis({ users: [`app on >pw ~cog:* ${granted}`] });
    const found = await examine({ url: server.url, username: "app", password: "pw" });
    expect(levels(found).filter(([check]) => check.startsWith("permission"))).toEqual([
      ["permission rename", "problem"],
      ["permission xadd", "problem"],
    ]);
    expect(levels(found)).toContainEqual(["settings", "warning"]);
  });

  test("calls a replica a problem", async () => {
    await using server = await startRedis();
    await using replica = await startRedis({ config: { replicaof: `127.0.0.1 ${server.port}` } });
    expect(levels(await examine({ url: replica.url }))).toContainEqual(["role", "problem"]);
  });

  test("tells of a cluster", async () => {
    await using cluster = await startRedisCluster();
    const found = await examine({ url: cluster.urls[0] ?? "", cluster: true });
    expect(levels(found)).toContainEqual(["cluster", "ok"]);
    expect(levels(found).filter(([check]) => check === "role")).toHaveLength(3);
  }, 60_000);

  test("refused credentials are named so, and not shown", async () => {
    await using server = await startRedis({ config: { requirepass: "right" } });
    const url = `redis://:wr0ng-s3cret@127.0.0.1:${server.port}`;
    const error: unknown = await examine({ url }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "auth", retryable: false });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("wr0ng");
  });
});

serverSuite(["valkey"], describe)("Valkey", () => {
  test("works too", async () => {
    await using server = await startRedis({ flavour: "valkey" });
    expect((await examine({ url: server.url })).server).toMatch(/^Valkey \d/);
    await using tiers = new Tiers({ url: server.url });
    const backend = await tiers.open();
    for (const size of [10, 100_000]) {
      expect(await backend.put(`${size}`, new Uint8Array(size), "t")).toBe(true);
      expect(await backend.get(`${size}`, "t")).toHaveLength(size);
    }
    expect(await backend.listKeys("", "t")).toEqual(["10", "100000"]);
    expect((await backend.log.head()).position).toBe(0);
  });
});
