import { OF_NODES, ofNews, ofWays } from "./node-faults.ts";
import { OF_REDIS, OF_S3 } from "./server-faults.ts";
import type { FaultList } from "./stage.ts";
import type { Surroundings } from "./surroundings.ts";

/** After most of what happens to Redis it takes up to two D until acknowledgements are short again, and a while more where its table serves a log in S3. */
const NODE_REST_LEASES = 1.5;
const REDIS_REST_LEASES = 3;
const SERVER_REST_LEASES = 6;

/** What can happen to these surroundings: to nodes and their ways, and to servers. One of each can happen at a time. */
export function faultsOf({ redis, s3 }: Surroundings): readonly FaultList[] {
  const news = (["delayed", "doubled", "reordered", "lost"] as const).map(ofNews);
  const ofNodes = [
    ...OF_NODES,
    ...(redis === undefined ? [] : [...ofWays("redis", "Redis"), ...news]),
    ...(s3 === undefined ? [] : ofWays("s3", "S3")),
  ];
  const ofServers = [...(redis === undefined ? [] : OF_REDIS), ...(s3 === undefined ? [] : OF_S3)];
  return [
    { faults: ofNodes, restLeases: NODE_REST_LEASES },
    { faults: ofServers, restLeases: s3 === undefined ? REDIS_REST_LEASES : SERVER_REST_LEASES },
  ];
}
