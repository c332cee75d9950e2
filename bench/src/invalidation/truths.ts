import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMinistack, startRedis, startSeaweed, type S3Server } from "@cogniverse/test-servers";
import type { NodeTiers, S3Target } from "./node.ts";

/** Where nodes share a log: what to give each of them. Disposing stops the servers. */
export type Truth = AsyncDisposable & Readonly<{ name: string; tiers: NodeTiers }>;

const BUCKET = "bench";

/** A directory that all of them share. */
export async function directoryTruth(): Promise<Truth> {
  const local = await mkdtemp(join(tmpdir(), "cogniverse-bench-"));
  return {
    name: "local disk",
    tiers: { local },
    [Symbol.asyncDispose]: () => rm(local, { recursive: true, force: true }),
  };
}

export async function redisTruth(): Promise<Truth> {
  const server = await startRedis();
  return {
    name: "Redis",
    tiers: { redis: server.url },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A bucket, with Redis above it unless it is left out. */
export async function s3Truth(
  service: "ministack" | "SeaweedFS",
  withRedis: boolean = true,
): Promise<Truth> {
  await using starting = new AsyncDisposableStack();
  const server = starting.use(await (service === "ministack" ? startMinistack() : startSeaweed()));
  const s3 = await bucketOn(server);
  const redis = withRedis ? starting.use(await startRedis()) : undefined;
  const servers = starting.move();
  return {
    name: withRedis ? `S3 (${service}) with Redis` : `S3 (${service})`,
    tiers: redis === undefined ? { s3 } : { redis: redis.url, s3 },
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}

async function bucketOn({ endpoint, region, credentials }: S3Server): Promise<S3Target> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  return { endpoint, region, bucket: BUCKET, ...credentials };
}
