import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, jest, test } from "@jest/globals";
import { askRedis, serverSuite, sharedS3, startRedis } from "@cogniverse/test-servers";
import { createCache, type ConfiguredCache, type TierConfig } from "../../src/index.ts";
import { CountingGateway } from "./support/counting-gateway.ts";

jest.setTimeout(120_000);

const LEASE_MS = 4000;
const HITS = 1000;
/** Of one kind, at most. */
const COMMANDS_OF_A_SCRIPT = 10;
const TENANT = "acme";
const KEY = "search_results/query/hybrid.json";
const VALUE = { answer: 42 };

/** How much a server was asked, by the name of what was asked. */
type Asked = Readonly<Record<string, number>>;

/** A node on these tiers alone; nothing is kept in its memory. */
function open(tiers: Record<string, TierConfig>): Promise<ConfiguredCache> {
  return createCache({ config: { caching: { tiers, coherence: { lease_ms: LEASE_MS } } } });
}

/** Until a copy is there: a node that has not read the log yet keeps nothing, and needs the event loop to read it. */
async function fill(node: ConfiguredCache, options = {}): Promise<void> {
  while (!(await node.exists(KEY, TENANT, options)))
    await node.getOrCompute(KEY, TENANT, () => turn(VALUE), options);
}

/** Acknowledgements of the first node have become short: the second one stands in the table and says what it has. */
async function untilShort(node: ConfiguredCache): Promise<void> {
  const bySessions = async (): Promise<number> =>
    (await node.stats(TENANT)).log.acknowledged.sessions;
  for (const before = await bySessions(); (await bySessions()) === before;)
    await node.delete("search_results/another/hybrid.json", TENANT);
}

/** Reads one key from a tier, over and over, and resolves with how long all of it took, in ms. */
async function hits(node: ConfiguredCache, tier: string): Promise<number> {
  const began = performance.now();
  for (let n = 0; n < HITS; n++)
    expect(await node.getWithInfo(KEY, TENANT)).toMatchObject({ hit: true, tier, value: VALUE });
  return performance.now() - began;
}

/** Requests of two nodes that keep their place meanwhile: each reads the log once in a third of D, and one may have been under way. */
function renewals(elapsedMs: number): number {
  return 2 * (2 + elapsedMs / (LEASE_MS / 3));
}

/** By `cmdstat_` lines; of this question too. */
async function commandsOf(server: Parameters<typeof askRedis>[0]): Promise<Asked> {
  const info = await askRedis(server, "INFO", "commandstats");
  const found = info.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm);
  return Object.fromEntries([...found].map(([, name = "", calls]) => [name, Number(calls)]));
}

serverSuite(["redis"], describe)("a hit while acknowledgements are short", () => {
  test("in Redis is one GET, and nothing else", async () => {
    await using server = await startRedis();
    const config = { url: server.url, key_prefix: `${randomUUID()}:` };
    const tiers = { redis: { backend: "redis", config } };
    await using node = await open(tiers);
    await using other = await open(tiers);
    await fill(other);
    await untilShort(node);
    const before = await commandsOf(server);
    const elapsedMs = await hits(node, "redis");
    const after = await commandsOf(server);
    const asked = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
    expect(asked("get")).toBe(HITS);
    const scripts = renewals(elapsedMs);
    expect(asked("evalsha") + asked("eval")).toBeLessThanOrEqual(scripts);
    // What scripts do counts too, and who listens asks again each second.
    const others = Object.keys(after).filter((name) => name !== "get");
    expect(others.filter((name) => asked(name) > COMMANDS_OF_A_SCRIPT * scripts)).toEqual([]);
  });
});

serverSuite(["redis", "s3"], describe)("a hit in S3 while acknowledgements are short", () => {
  test("is one GET of the object, and nothing else", async () => {
    await using server = await startRedis();
    const place = await sharedS3();
    await using gateway = await CountingGateway.before(place.endpoint);
    const id = `test-${randomUUID()}`;
    const { accessKeyId, secretAccessKey } = place.credentials;
    const s3 = {
      bucket: id,
      create_bucket: true,
      endpoint: gateway.endpoint,
      region: place.region,
      path_style: true,
      access_key_id: accessKeyId,
      secret_access_key: secretAccessKey,
    };
    // Redis has the table alone: nothing is promoted to it.
    const tiers = {
      redis: { backend: "redis", config: { url: server.url, key_prefix: `${id}:` } },
      s3: { backend: "s3", config: s3 },
    };
    const only = { tiers: { redis: false } };
    await using node = await open(tiers);
    await using other = await open(tiers);
    await fill(other, only);
    await untilShort(node);
    const commands = await commandsOf(server);
    const from = gateway.asked.length;
    const began = performance.now();
    for (let n = 0; n < HITS / 10; n++)
      expect(await node.getWithInfo(KEY, TENANT, only)).toMatchObject({ hit: true, tier: "s3" });
    const elapsedMs = performance.now() - began;
    const asked = gateway.asked.slice(from);
    const log = asked.filter((one) => one.includes("/log/"));
    const gets = asked.filter((one) => !log.includes(one));
    expect(new Set(gets).size).toBe(1);
    expect(gets).toHaveLength(HITS / 10);
    expect(gets[0]).toMatch(/^GET .*hybrid\.json/);
    expect(log.length).toBeLessThanOrEqual(renewals(elapsedMs));
    expect((await commandsOf(server))["get"]).toBe(commands["get"]);
  });
});
