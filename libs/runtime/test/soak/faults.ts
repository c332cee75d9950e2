import { setTimeout as pause } from "node:timers/promises";
import { askRedis, type TcpProxy } from "@cogniverse/test-servers";
import type { NewsFault } from "../deployment/news-proxy.ts";
import type { Fault, FaultList, Stage } from "./stage.ts";
import type { Surroundings } from "./surroundings.ts";

/** Between so many D. */
function some(stage: Stage, least: number, most: number): number {
  return (least + (most - least) * stage.random.next()) * stage.leaseMs;
}

function victim({ all, random }: Stage): number {
  return Math.floor(random.next() * all.plans.length);
}

/** For so long, or until all is to end. */
async function rest({ signal }: Stage, ms: number): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}

async function stopped(stage: Stage, index: number, least: number, most: number): Promise<void> {
  const node = stage.node(index);
  node?.signal("SIGSTOP");
  await rest(stage, some(stage, least, most));
  node?.signal("SIGCONT");
}

const OF_NODES: readonly Fault[] = [
  { kind: "SIGSTOP, shorter than D", run: (stage) => stopped(stage, victim(stage), 0.1, 0.9) },
  { kind: "SIGSTOP, longer than D", run: (stage) => stopped(stage, victim(stage), 1.2, 3) },
  { kind: "kill -9", run: (stage) => stage.killed(victim(stage), some(stage, 0, 2)) },
];

async function onWay(
  stage: Stage,
  server: "redis" | "s3",
  begin: (way: TcpProxy) => unknown,
  node: number = victim(stage),
): Promise<void> {
  const way = stage.all.plans[node]?.ways[server];
  if (way === undefined) return;
  await begin(way);
  await rest(stage, some(stage, 0.3, 4));
  await way.heal();
}

function ofWays(server: "redis" | "s3", name: string): readonly Fault[] {
  return [
    { kind: `way to ${name} swallows`, run: (stage) => onWay(stage, server, (way) => way.cut()) },
    { kind: `way to ${name} refuses`, run: (stage) => onWay(stage, server, (way) => way.reset()) },
    {
      kind: `way to ${name} delays`,
      run: (stage) => onWay(stage, server, (way) => way.delay(some(stage, 0.01, 0.3))),
    },
  ];
}

function ofNews(fault: NewsFault): Fault {
  return {
    kind: `announcements ${fault}`,
    async run(stage) {
      for (const { ways } of stage.all.plans) if (ways.news !== undefined) ways.news.fault = fault;
      await rest(stage, some(stage, 1, 3));
      for (const { ways } of stage.all.plans) if (ways.news !== undefined) ways.news.fault = "none";
    },
  };
}

const OF_REDIS: readonly Fault[] = [
  { kind: "FLUSHALL", run: flushed },
  {
    kind: "FLUSHALL under a stopped node",
    run: (stage) => flushedUnder(stage, (node) => stopped(stage, node, 0.25, 0.55)),
  },
  {
    kind: "FLUSHALL under a node that is cut off",
    run: (stage) => flushedUnder(stage, (node) => onWay(stage, "redis", (way) => way.cut(), node)),
  },
  { kind: "Redis restarted with its data", run: (stage) => restarted(stage, true) },
  { kind: "Redis restarted without data", run: (stage) => restarted(stage, false) },
  { kind: "Redis killed", run: (stage) => killedRedis(stage) },
  {
    kind: "Redis stopped (SIGSTOP)",
    async run(stage) {
      const master = stage.all.redis?.master;
      master?.pause();
      await rest(stage, some(stage, 0.2, 2.5));
      master?.resume();
    },
  },
  { kind: "failover to a replica that lacks the last records", run: failedOver },
];

async function flushed({ all, epochs }: Stage): Promise<void> {
  await epochs.during(async () => all.redis && askRedis(all.redis.master, "FLUSHALL"));
}

/** A node that knows nothing of it yet serves what it has, and is in no table. */
async function flushedUnder(stage: Stage, fault: (node: number) => Promise<void>): Promise<void> {
  const lasts = fault(victim(stage));
  await flushed(stage);
  await lasts;
}

async function restarted({ all, epochs }: Stage, keepData: boolean): Promise<void> {
  await epochs.during(async () => all.redis?.master.restart({ keepData }));
}

async function killedRedis(stage: Stage): Promise<void> {
  await stage.epochs.during(async () => {
    const master = stage.all.redis?.master;
    await master?.kill();
    await rest(stage, some(stage, 0, 1.5));
    await master?.restart({ keepData: false });
  });
}

async function failedOver(stage: Stage): Promise<void> {
  const { all, epochs } = stage;
  await epochs.during(async () =>
    all.redis?.failOver(some(stage, 0.1, 0.8), async (to) => {
      for (const { ways } of all.plans) {
        ways.redis?.retarget(to);
        await ways.redis?.reset();
        await ways.redis?.heal();
      }
    }),
  );
}

const OF_S3: readonly Fault[] = [
  {
    kind: "S3 killed and restarted",
    async run(stage) {
      await stage.all.s3?.kill();
      await rest(stage, some(stage, 0, 1.5));
      await stage.all.s3?.restart({ keepData: true });
    },
  },
  {
    kind: "S3 stopped (SIGSTOP)",
    async run(stage) {
      stage.all.s3?.pause();
      await rest(stage, some(stage, 0.2, 2));
      stage.all.s3?.resume();
    },
  },
];

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
