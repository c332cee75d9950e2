import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { gcsBackend } from "@cogniverse/cache-gcs";
import { s3Backend } from "@cogniverse/cache-s3";
import { keys, noTelemetry, silentLogger, systemClock, systemRandom } from "@cogniverse/core";
import type { BackendContext, CacheBackend } from "@cogniverse/sdk";
import { serverSuite, sharedGcs, sharedRedis, sharedS3 } from "@cogniverse/test-servers";
import { createCache, diagnose, examineTiers } from "../src/index.ts";

const context: BackendContext = {
  tier: "cold",
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
  telemetry: noTelemetry,
};
const path = (name: string): string =>
  fileURLToPath(new URL(`../../../configs/${name}`, import.meta.url));
/** Also how long a busy server may take for an append. */
const LEASE_MS = 3000;
let folder = "";

/** What the configuration asks of its environment, and the bucket that it names, made for this run. */
type Place = Readonly<{ env: Readonly<Record<string, string>>; bucket: CacheBackend }>;

async function s3Place(): Promise<Place> {
  const { endpoint, region, credentials } = await sharedS3();
  // The AWS SDK reads them where production.yaml has none.
  process.env["AWS_ACCESS_KEY_ID"] ??= credentials.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] ??= credentials.secretAccessKey;
  const bucket = `production-${systemRandom.id().slice(0, 12).toLowerCase()}`;
  const env = { S3_ENDPOINT: endpoint, AWS_REGION: region, S3_BUCKET: bucket };
  const options = { bucket, region, endpoint, create_bucket: true, manage_bucket: false };
  return { env, bucket: await s3Backend(options, context) };
}

async function gcsPlace(): Promise<Place> {
  const { endpoint, projectId } = await sharedGcs();
  const bucket = `production-${systemRandom.id().slice(0, 12).toLowerCase()}`;
  const env = { GCS_ENDPOINT: endpoint, GOOGLE_CLOUD_PROJECT: projectId, GCS_BUCKET: bucket };
  const options = { bucket, project_id: projectId, endpoint };
  const settings = { ...options, create_bucket: true, manage_bucket: false };
  return { env, bucket: await gcsBackend(settings, context) };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cogniverse-production-"));
});
afterAll(() => rm(folder, { recursive: true }));

serverSuite(["redis", "s3"], describe)("production.yaml", () =>
  setUpTests("production.yaml", s3Place),
);
serverSuite(["redis", "gcs"], describe)("production-gcs.yaml", () =>
  setUpTests("production-gcs.yaml", gcsPlace),
);

function setUpTests(name: string, makePlace: () => Promise<Place>): void {
  const configPath = path(name);
  let place: Place;
  let env: Readonly<Record<string, string>> = {};
  /** As on a machine of its own: another disk, the same servers. */
  const node = (machine: string): Readonly<Record<string, string>> => ({
    ...env,
    COGNIVERSE_CACHE_DIR: join(folder, name, machine),
  });

  beforeAll(async () => {
    place = await makePlace();
    const { url } = await sharedRedis();
    env = { ...place.env, REDIS_URL: url, COGNIVERSE_LEASE_MS: String(LEASE_MS) };
  });
  afterAll(async () => place.bucket[Symbol.asyncDispose]?.());

  test("its servers are looked at, and nothing is changed there", async () => {
    const [first, second] = [
      await examineTiers({ configPath, env: node("a") }),
      await examineTiers({ configPath, env: node("a") }),
    ];
    expect(first).toMatchObject([
      { tier: "memory", state: "none" },
      { tier: "hot", state: "examined", examination: { server: expect.stringMatching(/\d/) } },
      { tier: "warm", state: "none" },
      { tier: "cold", state: "examined" },
    ]);
    const changes = first.map((t) => (t.state === "examined" ? t.examination.changes : []));
    expect(changes[3]).toContainEqual(expect.objectContaining({ action: "add" }));
    expect(second.map((t) => (t.state === "examined" ? t.examination.changes : []))).toEqual(
      changes,
    );
  });

  test("a doctor finds no problem, leaves nothing in the bucket and its rules as they are", async () => {
    const planned = async (): Promise<unknown> =>
      (await examineTiers({ configPath, env: node("a") })).map((t) =>
        t.state === "examined" ? t.examination.changes : [],
      );
    const before = await planned();
    const { ok, tiers, truth } = await diagnose({ configPath, env: node("a") });
    const problems = tiers.flatMap(({ tier, findings }) =>
      findings.filter(({ level }) => level === "problem").map((found) => ({ tier, ...found })),
    );
    expect(problems).toEqual([]);
    expect({ ok, truth }).toMatchObject({ ok: true, truth: { tier: "cold", leaseMs: LEASE_MS } });
    expect(await place.bucket.listKeys("", "__doctor")).toEqual([]);
    expect(await planned()).toEqual(before);
  });

  test("what one node computed another serves, until it is invalidated", async () => {
    const key = keys.transcription({ video: "shared" });
    await using one = await createCache({ configPath, env: node("one"), logger: silentLogger });
    await using other = await createCache({ configPath, env: node("two"), logger: silentLogger });
    expect(one.report.degraded || other.report.degraded).toBe(false);
    await one.getOrCompute(key, "acme", () => "old");
    expect(await other.getWithInfo(key, "acme")).toMatchObject({ hit: true, value: "old" });
    await one.invalidate({ kind: "tenant" }, "acme");
    expect(await other.getWithInfo(key, "acme")).toMatchObject({ hit: false });
    expect(await other.getOrCompute(key, "acme", () => "new")).toBe("new");
    expect(await one.get(key, "acme")).toBe("new");
  });
}
