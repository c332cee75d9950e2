import { afterAll, beforeAll, describe } from "@jest/globals";
import { setTimeout as pass } from "node:timers/promises";
import type { BackendFixture, UnreadableKind } from "@cogniverse/testkit";
import { describeBackend } from "@cogniverse/testkit/jest";
import {
  serverSuite,
  startRedis,
  startRedisCluster,
  type RedisCluster,
  type RedisServer,
} from "@cogniverse/test-servers";
import { Names } from "../src/names.ts";
import type { RedisOptions } from "../src/index.ts";
import { failures } from "./support/failures.ts";
import { LosingProxy } from "./support/losing-proxy.ts";
import { LEAST_PRIVILEGES } from "./support/privileges.ts";
import { bareClient, Tiers, wipe } from "./support/tiers.ts";

const CAPABILITIES = ["entries", "batch", "scan", "log", "purge"] as const;
/** As the README has it, and the way to the server. */
const LISTING_LAG_MS = 100;

type Place = Readonly<{ url: string; port: number; ca?: string; options?: RedisOptions }>;

async function fixture(place: Place, onlyFor: RedisOptions = {}): Promise<BackendFixture> {
  const own = { url: place.url, ...place.options, ...onlyFor };
  // What is held to the contract here is no speed.
  const tiers = new Tiers({ command_timeout_ms: 20_000, ...own }, { networkLeaseMs: 1000 });
  const open = () => tiers.open();
  return {
    backend: await open(),
    advance: (ms) => pass(Math.min(ms, 6000)),
    reopen: open,
    another: ({ leaseMs } = {}) =>
      tiers.open({}, leaseMs === undefined ? {} : { networkLeaseMs: leaseMs }),
    [Symbol.asyncDispose]: () => tiers[Symbol.asyncDispose](),
  };
}

/** With everything that can be done behind the back of a lone server. */
async function fullFixture({ url, port }: RedisServer): Promise<BackendFixture> {
  const proxy = await LosingProxy.before(port);
  const tiers = new Tiers({ url: `redis://127.0.0.1:${proxy.port}` }, { networkLeaseMs: 1000 });
  tiers.with(proxy);
  const client = tiers.with(bareClient(url));
  const backend = await tiers.open();
  return {
    backend,
    advance: (ms) => pass(Math.min(ms, 6000)),
    reopen: () => tiers.open(),
    another: ({ leaseMs } = {}) =>
      tiers.open({}, leaseMs === undefined ? {} : { networkLeaseMs: leaseMs }),
    forget: () => wipe(client, tiers.prefix),
    loseAnswer: () => proxy.loseNext(),
    async spoil(key, tenantId, how) {
      const name = new Names(tiers.prefix).bucketOf(key, tenantId).entry(key);
      const value = await client.getBuffer(name);
      if (value === null) throw new Error(`${name} is not there`);
      await client.set(name, spoilt(value, how));
    },
    [Symbol.asyncDispose]: () => tiers[Symbol.asyncDispose](),
  };
}

function spoilt(value: Buffer, how: UnreadableKind): Buffer {
  if (how === "foreign") return Buffer.from("somebody else's");
  const copy = Buffer.from(value);
  if (how === "unsupported") copy[4] = 99;
  else copy[30] = (copy[30] ?? 0) ^ 1;
  return copy;
}

serverSuite(["redis"], describe)("on a lone Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  }, 120_000);
  afterAll(() => server.stop());

  describeBackend("redis", () => fullFixture(server), {
    capabilities: CAPABILITIES,
    hooks: ["reopen", "another", "forget", "spoil", "loseAnswer"],
    unreadable: ["corrupt", "unsupported", "foreign"],
    failures,
    foreverMs: 5000,
    listingLagMs: LISTING_LAG_MS,
    configurableLease: true,
  });
});

serverSuite(["redis"], describe)("on a cluster", () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  }, 120_000);
  afterAll(() => cluster.stop());

  describeBackend(
    "redis cluster",
    () => {
      const [node] = cluster.nodes;
      if (node === undefined) throw new Error("the cluster has no node");
      return fixture({ url: node.url, port: node.port }, { cluster: true });
    },
    {
      capabilities: CAPABILITIES,
      hooks: ["reopen", "another"],
      largestBytes: 8 << 20,
      foreverMs: 2000,
      listingLagMs: LISTING_LAG_MS,
      configurableLease: true,
    },
  );
});

serverSuite(["redis-tls"], describe)("by TLS, as a user of least privileges", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({
      tls: true,
      users: [`app on >pass:word ~*cog:* ${LEAST_PRIVILEGES}`],
    });
  }, 120_000);
  afterAll(() => server.stop());

  describeBackend(
    "redis by TLS",
    () =>
      fixture(server, {
        username: "app",
        password: "pass:word",
        tls: { ca: server.ca ?? "" },
      }),
    {
      capabilities: CAPABILITIES,
      hooks: ["reopen", "another"],
      largestBytes: 8 << 20,
      foreverMs: 2000,
      listingLagMs: LISTING_LAG_MS,
      configurableLease: true,
    },
  );
});
