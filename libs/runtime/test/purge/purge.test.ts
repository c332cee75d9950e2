import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { silentLogger, systemRandom } from "@cogniverse/core";
import { serverSuite, sharedS3, startRedis, type RedisServer } from "@cogniverse/test-servers";
import { createCache, type ConfiguredCache } from "../../src/index.ts";
import { inBucket, inFiles, inRedis, inTables, type Finding } from "./bare-clients.ts";

const YAML = `caching:
  coherence: { lease_ms: 5000 }
  tiers:
    memory: { backend: memory }
    hot: { backend: redis, config: { url: "\${REDIS}" } }
    warm: { backend: local, config: { base_path: "\${DISK}", max_size_gb: 1 } }
    cold:
      backend: s3
      config: { bucket: "\${BUCKET}", endpoint: "\${S3}", access_key_id: "\${ID}", secret_access_key: "\${SECRET}", create_bucket: true, manage_bucket: false }
`;
const TABLES = ["entries", "order", "expiry", "files", "tenants", "meta", "pending"] as const;
const TENANT = "globex-4711";
const SECRET = "a-text-that-nobody-else-stores";

serverSuite(["redis", "s3"], describe)("a tenant in memory, on disks, in Redis and in S3", () => {
  let folder = "";
  let redis: RedisServer;
  let s3: Awaited<ReturnType<typeof sharedS3>>;
  const bucket = `purge-${systemRandom.id().slice(0, 12).toLowerCase()}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cogniverse-purge-"));
    [redis, s3] = await Promise.all([startRedis(), sharedS3()]);
    await writeFile(join(folder, "cache.yaml"), YAML);
  });
  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const disk = (name: string): string => join(folder, name);
  const node = (name: string): Promise<ConfiguredCache> => {
    const { accessKeyId: ID, secretAccessKey } = s3.credentials;
    const servers = { REDIS: redis.url, S3: s3.endpoint, BUCKET: bucket };
    const env = { ...servers, ID, SECRET: secretAccessKey, DISK: disk(name) };
    return createCache({ configPath: join(folder, "cache.yaml"), env, logger: silentLogger });
  };

  /** By place, apart from the log and the announcements of its records, which tell other nodes that the tenant is dead. */
  async function remains(text: string): Promise<Readonly<Record<string, readonly Finding[]>>> {
    const disks = ["one", "two"].map(disk);
    const files = await Promise.all(disks.map((path) => inFiles(path, text)));
    const rows = await Promise.all(
      disks.map((path) => inTables(join(path, "index"), TABLES, text)),
    );
    const isLog = (name: string): boolean => /^log\/|\{log\}|\{sessions\}:news$/.test(name);
    return {
      redis: (await inRedis(redis, text)).filter((name) => !isLog(name)),
      files: files.flat(),
      rows: rows.flat(),
      bucket: (await inBucket(s3, bucket, text)).filter((name) => !isLog(name)),
    };
  }

  const placesOf = (found: Awaited<ReturnType<typeof remains>>): readonly string[] =>
    Object.keys(found).filter((place) => found[place]?.length !== 0);

  async function fill(one: ConfiguredCache, two: ConfiguredCache, tenant: string): Promise<void> {
    const tags = { tags: [`tag ${SECRET}`], metadata: { from: SECRET } };
    // Not to be compressed, so that it goes into a file as it is.
    const large = new Uint8Array(Buffer.concat([randomBytes(50_000), Buffer.from(SECRET)]));
    await Promise.all([
      ...[0, 1, 2, 3, 4].map((i) => one.put(`notes/${i}`, `${SECRET} ${i}`, tenant, tags)),
      one.put("blobs/large", large, tenant),
      one.put("notes/short", SECRET, tenant, { ttl: 1 }),
    ]);
    await two.getOrCompute("sums/1", tenant, async () => [
      await two.get("notes/1", tenant),
      await two.get("blobs/large", tenant).then(String),
    ]);
    await one.flush();
    await two.flush();
  }

  test("is gone from each of them, looked at with bare clients, and begins clean", async () => {
    {
      await using one = await node("one");
      await using two = await node("two");
      expect(one.report.degraded || two.report.degraded).toBe(false);
      await fill(one, two, TENANT);
      await fill(one, two, "lives");
      // A file on disk is named after the copy, and the index knows whose it is.
      expect(placesOf(await remains(TENANT))).toEqual(["redis", "rows", "bucket"]);
      expect(placesOf(await remains(SECRET))).toEqual(["redis", "files", "rows", "bucket"]);
      await one.purge("lives");
      const progress = new Set<string>();
      const onProgress = ({ tier }: { tier: string }): void => void progress.add(tier);
      const report = await two.purge(TENANT, { reason: "contract ended", onProgress });
      expect(report.tiers.map(({ tier, state }) => [tier, state])).toEqual(
        ["memory", "hot", "warm", "cold"].map((tier) => [tier, "complete"]),
      );
      expect([...progress].toSorted()).toEqual(["cold", "hot", "memory", "warm"]);
      // What the other node does on its own when it hears of it.
      await one.flush();
      for (const cache of [one, two])
        for (const key of ["notes/1", "blobs/large", "sums/1"])
          expect(await cache.get(key, TENANT)).toBeUndefined();
      const nothing = { redis: [], files: [], rows: [], bucket: [] };
      expect(await remains(TENANT)).toEqual(nothing);
      expect(await remains(SECRET)).toEqual(nothing);
    }
    await using again = await node("one");
    expect(await again.getOrCompute("notes/1", TENANT, () => "new")).toBe("new");
    expect(await again.get("notes/1", TENANT)).toBe("new");
    expect(await again.listKeys("", TENANT)).toEqual(["notes/1"]);
    const explained = await again.explain("notes/2", TENANT);
    expect(explained.records).toMatchObject([
      { scope: { kind: "tenant" }, reason: "contract ended" },
    ]);
  }, 60_000);
});
