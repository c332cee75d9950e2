import { randomUUID } from "node:crypto";
import type { CachingConfig, TierConfig } from "../../../src/index.ts";
import { sharedS3, startProxy, type Target, type TcpProxy } from "@cogniverse/test-servers";

/** Whose log is the truth: that of Redis, or one in S3 with Redis for the table of sessions and for announcements. */
export type Truth = "Redis" | "S3";

/** D in milliseconds, and how long a node rests between two reads of a key and between two invalidations: short, so that tests are, and so that the server keeps up. */
export const PACE: Readonly<Record<Truth, Pace>> = {
  Redis: { leaseMs: 800, readMs: 12, writeMs: 20 },
  S3: { leaseMs: 1500, readMs: 25, writeMs: 250 },
};

type Pace = Readonly<{ leaseMs: number; readMs: number; writeMs: number }>;

/** How one node reaches its servers, each way by itself. */
export type Ways = Readonly<{ redis?: TcpProxy; s3?: TcpProxy }>;

/** Options of a Redis tier that say where it is, by the way of one node. */
export type RedisPlace = (node: number) => Promise<Readonly<{ options: object; way?: TcpProxy }>>;

/** A standalone Redis, by a proxy for each node. */
export function byProxies(server: Target): RedisPlace {
  return async () => {
    const way = await startProxy(server);
    return { options: { url: `redis://${way.host}:${way.port}` }, way };
  };
}

/** One node: its configuration, and its ways to the servers, which belong to the caller. */
export type NodePlan = Readonly<{ caching: CachingConfig; ways: Ways }>;

/** So many nodes on tiers that are empty and apart from all others. `prefix`: before every key in Redis. */
export async function deployment(
  truth: Truth,
  nodes: number,
  redisPlace: RedisPlace,
): Promise<Readonly<{ prefix: string; plans: readonly NodePlan[] }>> {
  const id = `test-${randomUUID()}`;
  const { leaseMs } = PACE[truth];
  const plans: NodePlan[] = [];
  for (let n = 0; n < nodes; n++) {
    const { options, way } = await redisPlace(n);
    const s3 = truth === "S3" ? await s3Tier(id, leaseMs) : undefined;
    const redis = redisTier(`${id}:`, leaseMs, options);
    const tiers = { memory: { backend: "memory" }, redis, ...s3?.tier };
    plans.push({
      caching: { tiers, coherence: { lease_ms: leaseMs }, coherence_wait_ms: leaseMs / 2 },
      ways: { ...(way && { redis: way }), ...(s3 && { s3: s3.way }) },
    });
  }
  return { prefix: `${id}:`, plans };
}

function redisTier(key_prefix: string, leaseMs: number, options: object): TierConfig {
  const limits = { command_timeout_ms: leaseMs, connect_timeout_ms: leaseMs };
  return { backend: "redis", config: { key_prefix, ...limits, ...options }, ...limitsOf(leaseMs) };
}

/** A tier that hangs is waited for no longer than this, and is tried again soon. */
function limitsOf(leaseMs: number): Pick<TierConfig, "time_limit_ms" | "breaker_pause_ms"> {
  return { time_limit_ms: leaseMs / 2, breaker_pause_ms: leaseMs / 2 };
}

async function s3Tier(
  id: string,
  leaseMs: number,
): Promise<Readonly<{ tier: Record<string, TierConfig>; way: TcpProxy }>> {
  const { endpoint, region, credentials } = await sharedS3();
  const { protocol, hostname, port } = new URL(endpoint);
  const way = await startProxy({ host: hostname, port: Number(port) });
  const config = {
    bucket: id,
    create_bucket: true,
    endpoint: `${protocol}//${way.host}:${way.port}`,
    region,
    path_style: true,
    access_key_id: credentials.accessKeyId,
    secret_access_key: credentials.secretAccessKey,
  };
  return { tier: { s3: { backend: "s3", config, ...limitsOf(leaseMs) } }, way };
}
