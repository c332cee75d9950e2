import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { Redis } from "ioredis";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { NewRecord } from "@cogniverse/sdk";
import type { NodeTiers } from "./node.ts";
import { openTiers } from "./node-cache.ts";
import { mixedScope } from "./scopes.ts";

const TENANT = "acme";

/** Appends a record on each of so many different scopes to the log that nodes on these tiers share. */
export async function fillLog(tiers: NodeTiers, from: number, count: number): Promise<void> {
  // In a bucket every append beyond the head's limits waits for a snapshot of the whole log.
  const atOnce = tiers.s3 === undefined ? 2_000 : 300_000;
  const opened = await openTiers(tiers);
  const log = opened.at(-1)?.backend.log;
  if (log === undefined) throw new Error("the last tier has no log");
  try {
    for (let done = 0; done < count; done += atOnce) {
      const size = Math.min(atOnce, count - done);
      await log.append(Array.from({ length: size }, (_, n) => recordOn(from + done + n)));
    }
  } finally {
    for (const { backend } of opened) await backend[Symbol.asyncDispose]?.();
  }
}

/** What the log takes where it is: memory of Redis, the files of a directory, the objects below `log/`. Everything else there is counted too. */
export async function logBytes({ local, redis, s3 }: NodeTiers): Promise<number> {
  if (s3 !== undefined) {
    const { endpoint, region, accessKeyId, secretAccessKey, bucket } = s3;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const listed = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "log/" }));
    client.destroy();
    return sum((listed.Contents ?? []).map(({ Size }) => Size ?? 0));
  }
  if (redis !== undefined) {
    const client = new Redis(redis);
    const memory = await client.info("memory");
    client.disconnect();
    return Number(/used_memory:(\d+)/.exec(memory)?.[1]);
  }
  return local === undefined ? 0 : folderBytes(local);
}

function recordOn(n: number): NewRecord {
  const node = "0f8c6f0a2f7b4c0c8a54b0d3d2a1c9e7";
  return { tenantId: TENANT, scope: mixedScope(n), mode: "hard", at: 1_700_000_000_000 + n, node };
}

async function folderBytes(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const stats = await Promise.all(
    files.filter((f) => f.isFile()).map((f) => stat(join(f.parentPath, f.name))),
  );
  // What is allocated: the map of the database is a sparse file.
  return sum(stats.map(({ blocks }) => blocks * 512));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}
