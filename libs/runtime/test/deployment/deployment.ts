import { randomUUID } from "node:crypto";
import type { CachingConfig, TierConfig } from "../../src/index.ts";
import { startProxy, type S3Place, type Target, type TcpProxy } from "@cogniverse/test-servers";

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

/** Which tiers there are below the memory of each node. `leaseMs`: D; `memory`: options of that tier; `disk`: the folder of a node. */
export type DeploymentParts = Readonly<{
  leaseMs: number;
  memory?: Readonly<Record<string, unknown>>;
  disk?: (node: number) => string;
  redis?: RedisPlace;
  s3?: S3Place;
}>;

/** So many nodes on tiers that are empty and apart from all others. `prefix`: before every key in Redis. */
export async function deployment(
  parts: DeploymentParts,
  nodes: number,
): Promise<Readonly<{ prefix: string; plans: readonly NodePlan[] }>> {
  const id = `test-${randomUUID()}`;
  const plans: NodePlan[] = [];
  for (let n = 0; n < nodes; n++) plans.push(await nodePlan(parts, id, n));
  return { prefix: `${id}:`, plans };
}

async function nodePlan(parts: DeploymentParts, id: string, node: number): Promise<NodePlan> {
  const { leaseMs, memory, disk } = parts;
  const redis = await parts.redis?.(node);
  const s3 = parts.s3 && (await s3Tier(id, leaseMs, parts.s3));
  const tiers = {
    memory: { backend: "memory", ...(memory && { config: memory }) },
    ...(disk && { disk: diskTier(disk(node)) }),
    ...(redis && { redis: redisTier(`${id}:`, leaseMs, redis.options) }),
    ...s3?.tier,
  };
  return {
    caching: { tiers, coherence: { lease_ms: leaseMs }, coherence_wait_ms: leaseMs / 2 },
    ways: { ...(redis?.way && { redis: redis.way }), ...(s3 && { s3: s3.way }) },
  };
}

/** Small enough for a test, and with some values in files of their own. */
function diskTier(base_path: string): TierConfig {
  const limits = { max_size_gb: 0.05, min_free_gb: 0, inline_max_bytes: 200 };
  return { backend: "local", config: { base_path, ...limits } };
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
  { endpoint, region, credentials }: S3Place,
): Promise<Readonly<{ tier: Record<string, TierConfig>; way: TcpProxy }>> {
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
