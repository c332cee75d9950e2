import { localBackend } from "@cogniverse/cache-local";
import { memoryBackend } from "@cogniverse/cache-memory";
import { redisBackend } from "@cogniverse/cache-redis";
import { s3Backend } from "@cogniverse/cache-s3";
import { CacheManager } from "@cogniverse/core";
import type { CacheBackend } from "@cogniverse/sdk";
import { backendContext } from "../backend-context.ts";
import type { NodeTiers } from "./node.ts";

type OpenTier = Readonly<{ name: string; backend: CacheBackend }>;

/** The cache of one node, its tiers as an application has them. */
export async function nodeCache(tiers: NodeTiers): Promise<CacheManager> {
  return new CacheManager({ tiers: await openTiers(tiers), defaultPolicy: { ttl: 36_000 } });
}

/** Memory first. */
export async function openTiers({ local, redis, s3 }: NodeTiers): Promise<readonly OpenTier[]> {
  const tiers: OpenTier[] = [
    { name: "memory", backend: memoryBackend({}, backendContext("memory")) },
  ];
  if (local !== undefined) {
    const options = { base_path: local, min_free_gb: 0 };
    tiers.push({ name: "local", backend: await localBackend(options, backendContext("local")) });
  }
  if (redis !== undefined)
    tiers.push({
      name: "redis",
      backend: await redisBackend({ url: redis }, backendContext("redis")),
    });
  if (s3 !== undefined) {
    const { bucket, endpoint, region, accessKeyId, secretAccessKey } = s3;
    const keys = { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
    const options = { bucket, endpoint, region, ...keys };
    tiers.push({ name: "s3", backend: await s3Backend(options, backendContext("s3")) });
  }
  return tiers;
}
