import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { silentLogger, systemRandom } from "@cogniverse/core";
import { serverSuite, sharedS3, startRedis, type RedisServer } from "@cogniverse/test-servers";
import { createCache, type ConfiguredCache } from "../../src/index.ts";
import { inBucket, inFiles, inRedis, inTables, type Finding } from "./bare-clients.ts";

const TIERS = {
  memory: "{ backend: memory }",
  hot: '{ backend: redis, config: { url: "${REDIS}", key_prefix: "${PREFIX}:" } }',
  warm: '{ backend: local, config: { base_path: "${DISK}", max_size_gb: 1 } }',
  cold: '{ backend: s3, config: { bucket: "${BUCKET}", endpoint: "${S3}", access_key_id: "${ID}", secret_access_key: "${SECRET}", create_bucket: true, manage_bucket: false } }',
} as const;
type TierName = keyof typeof TIERS;

const ENTRY_TABLES = ["entries", "order", "expiry", "files", "tenants", "meta", "pending"] as const;
const LOG_TABLES = ["records", "scopes", "meta", "members"] as const;
const DISKS = ["one", "two", "away"] as const;
const TENANT = "globex-4711";
/** In values, keys, tags, metadata and reasons. */
const SECRET = "a-text-that-nobody-else-stores";

/** What is to be seen of the tenant afterwards: the record by which it died, where the log is and where it was announced. */
const SETUPS: readonly (readonly [
  log: string,
  tiers: readonly TierName[],
  tombstone: Readonly<Record<string, RegExp>>,
])[] = [
  [
    "the bucket",
    ["memory", "hot", "warm", "cold"],
    { bucket: /^log\/(head\.json|snapshots\/.*)$/, redis: /\{sessions\}:news$/ },
  ],
  ["Redis", ["memory", "hot", "warm"], { redis: /\{log\}:(state|tail)$/ }],
  ["the disk", ["memory", "warm"], { log: /^(records|scopes)$/ }],
];

serverSuite(["redis", "s3"], describe)("a tenant is gone, looked at with bare clients", () => {
  let folder = "";
  let redis: RedisServer;
  let s3: Awaited<ReturnType<typeof sharedS3>>;
  const bucket = `purge-${systemRandom.id().slice(0, 12).toLowerCase()}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cogniverse-purge-"));
    [redis, s3] = await Promise.all([startRedis(), sharedS3()]);
  });
  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Nodes of one set-up, each with a disk of its own, but where the disk holds the log. */
  function deployment(tiers: readonly TierName[]) {
    const name = tiers.join("-");
    const shares = tiers.length === 2;
    const disk = (of: string): string => join(folder, name, shares ? "shared" : of);
    const disks = [...new Set(DISKS.map(disk))];
    const node = async (of: (typeof DISKS)[number]): Promise<ConfiguredCache> => {
      const configPath = join(folder, `${name}.yaml`);
      const lines = tiers.map((tier) => `    ${tier}: ${TIERS[tier]}\n`).join("");
      const coherence = shares ? "" : "  coherence: { lease_ms: 5000 }\n";
      await writeFile(configPath, `caching:\n${coherence}  tiers:\n${lines}`);
      const { accessKeyId: ID, secretAccessKey } = s3.credentials;
      const servers = { REDIS: redis.url, PREFIX: name, S3: s3.endpoint, BUCKET: bucket };
      const env = { ...servers, ID, SECRET: secretAccessKey, DISK: disk(of) };
      return createCache({ configPath, env, logger: silentLogger });
    };
    const remains = async (text: string): Promise<Readonly<Record<string, readonly Finding[]>>> => {
      const found = {
        redis: (await inRedis(redis, text)).filter((one) => one.startsWith(`${name}:`)),
        files: (await Promise.all(disks.map((path) => inFiles(path, text)))).flat(),
        rows: (await tables(disks, "index", ENTRY_TABLES, text)).flat(),
        log: shares ? (await tables(disks, "log", LOG_TABLES, text)).flat() : [],
        bucket: tiers.includes("cold") ? await inBucket(s3, bucket, text) : [],
      };
      return Object.fromEntries(Object.entries(found).filter(([, places]) => places.length > 0));
    };
    return { node, remains };
  }

  test.each(SETUPS)(
    "where %s holds the log, and begins clean",
    async (_log, tiers, tombstone) => {
      const { node, remains } = deployment(tiers);
      {
        await using away = await node("away");
        await fill(away, away, TENANT);
      }
      {
        await using one = await node("one");
        await using two = await node("two");
        expect(one.report.degraded || two.report.degraded).toBe(false);
        await fill(one, two, TENANT);
        await one.invalidate({ kind: "tag", value: `tag ${SECRET}` }, TENANT, { reason: SECRET });
        await one.invalidate({ kind: "glob", value: `notes/${SECRET}*` }, TENANT);
        await fill(one, two, TENANT);
        await one.sweep(TENANT, { rate: Infinity });
        await one.put("notes/1", "lives", "globex");
        const places = Object.keys(await remains(SECRET));
        expect(places).toEqual(expect.arrayContaining(["rows", ...Object.keys(tombstone)]));
        const report = await two.purge(TENANT, { reason: "contract ended" });
        expect(report.log).toEqual({ state: "complete" });
        expect(report.tiers.map(({ state }) => state)).toEqual(tiers.map(() => "complete"));
        // What the other node does on its own when it hears of it.
        await one.get("notes/1", "globex");
        await one.flush();
        // And one that hears of it when it is back.
        await using away = await node("away");
        await away.get("notes/1", "globex");
        await away.flush();
        for (const cache of [one, two, away])
          for (const key of KEYS) expect(await cache.get(key, TENANT)).toBeUndefined();
        expect(await one.get("notes/1", "globex")).toBe("lives");
        expect(await remains(SECRET)).toEqual({});
        const left = await remains(TENANT);
        for (const [place, found] of Object.entries(left))
          for (const what of found) expect(what).toMatch(tombstone[place] ?? /^nothing$/);
        const { position } = await two.position(TENANT);
        await two.put("notes/1", "new", TENANT);
        expect(await one.get("notes/1", TENANT)).toBe("new");
        expect((await two.position(TENANT)).position).toBeGreaterThan(position);
      }
      await using again = await node("one");
      expect(await again.get("notes/1", TENANT)).toBe("new");
      expect(await again.getOrCompute("notes/2", TENANT, () => "new")).toBe("new");
      expect(await again.listKeys("", TENANT)).toEqual(["notes/1", "notes/2"]);
      const { records } = await again.explain("notes/3", TENANT);
      expect(records).toMatchObject([{ scope: { kind: "tenant" }, reason: "contract ended" }]);
    },
    120_000,
  );
});

const KEYS = [`notes/${SECRET}/1`, "blobs/large", "sums/1"] as const;

async function tables(
  disks: readonly string[],
  environment: "index" | "log",
  names: readonly string[],
  text: string,
): Promise<readonly (readonly Finding[])[]> {
  return Promise.all(disks.map((path) => inTables(join(path, environment), names, text)));
}

async function fill(one: ConfiguredCache, two: ConfiguredCache, tenant: string): Promise<void> {
  const tags = { tags: [`tag ${SECRET}`], metadata: { from: SECRET } };
  // Not to be compressed, so that it goes into a file as it is.
  const large = new Uint8Array(Buffer.concat([randomBytes(50_000), Buffer.from(SECRET)]));
  await Promise.all([
    ...[0, 1, 2].map((i) => one.put(`notes/${SECRET}/${i}`, `${SECRET} ${i}`, tenant, tags)),
    one.put("blobs/large", large, tenant),
    one.put("notes/short", SECRET, tenant, { ttl: 1 }),
  ]);
  await two.getOrCompute("sums/1", tenant, async () => [
    await two.get(KEYS[0], tenant),
    await two.get("blobs/large", tenant).then(String),
  ]);
  await one.flush();
  await two.flush();
}
