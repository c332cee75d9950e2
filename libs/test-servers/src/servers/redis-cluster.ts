import { askRedis, pollUntil } from "./redis-client.ts";
import { startRedis, type RedisServer } from "./redis-server.ts";
import { ServerGroup } from "../server-group.ts";

const nodeCount = 3;
const slotCount = 16_384;

/** Three masters without replicas that share all slots. */
export class RedisCluster extends ServerGroup {
  readonly nodes: readonly RedisServer[];

  constructor(nodes: readonly RedisServer[]) {
    super(nodes);
    this.nodes = nodes;
  }

  get urls(): readonly string[] {
    return this.nodes.map(({ url }) => url);
  }
}

/** What the nodes have in common. */
export type RedisClusterOptions = Readonly<{
  /** Lines of redis.conf. */
  config?: Readonly<Record<string, string>>;
}>;

/**
 * Starts a Redis Cluster of three and waits until every node says that it is whole, about two seconds.
 *
 * @throws {UnavailableError} Where no Redis can be installed.
 */
export async function startRedisCluster({
  config = {},
}: RedisClusterOptions = {}): Promise<RedisCluster> {
  const settings = { "cluster-enabled": "yes", "cluster-node-timeout": "2000", ...config };
  const nodes = await ServerGroup.startAll(
    Array.from({ length: nodeCount }, () => () => startRedis({ config: settings })),
  );
  const cluster = new RedisCluster(nodes);
  await cluster.orStop(() => form(nodes));
  return cluster;
}

async function form(nodes: readonly RedisServer[]): Promise<void> {
  const perNode = Math.ceil(slotCount / nodeCount);
  for (const [index, node] of nodes.entries()) {
    const first = index * perNode;
    const last = Math.min(first + perNode, slotCount) - 1;
    // Nodes that start with the same epoch would have to settle it first.
    await askRedis(node, "CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    await askRedis(node, "CLUSTER", "ADDSLOTSRANGE", String(first), String(last));
  }
  const [meeting, ...others] = nodes;
  for (const { host, port } of others) {
    if (meeting) await askRedis(meeting, "CLUSTER", "MEET", host, String(port));
  }
  for (const node of nodes) {
    await pollUntil(
      "the cluster did not form",
      () => askRedis(node, "CLUSTER", "INFO"),
      (info) => info.includes("cluster_state:ok") && info.includes(`cluster_size:${nodeCount}`),
    );
  }
}
