import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMinistack, type S3Server, type TcpProxy } from "@cogniverse/test-servers";
import type { CachingConfig } from "../../src/index.ts";
import { deployment } from "../deployment/deployment.ts";
import { NewsProxy } from "../deployment/news-proxy.ts";
import { startProxy } from "@cogniverse/test-servers";
import { RedisPair } from "./redis-pair.ts";

/** Tiers of each node above what all share: memory and a disk of its own. `redis`: whose log is the truth; `s3-redis`: the truth is in S3, the table of sessions in Redis; `s3`: the truth is in S3 alone. */
export type SoakDeployment = "redis" | "s3-redis" | "s3";

/** All, in the order in which they take turns. */
export const DEPLOYMENTS: readonly SoakDeployment[] = ["redis", "s3-redis", "s3"];

/** D in ms; calls at a time and rests of each node, so that servers of a small machine keep up. */
export const PACES: Readonly<Record<SoakDeployment, Pace>> = {
  redis: { leaseMs: 600, readers: 8, readMs: 10, writers: 4, writeMs: 60 },
  "s3-redis": { leaseMs: 1200, readers: 4, readMs: 30, writers: 4, writeMs: 300 },
  s3: { leaseMs: 1200, readers: 4, readMs: 40, writers: 4, writeMs: 300 },
};

type Pace = Readonly<{
  leaseMs: number;
  readers: number;
  readMs: number;
  writers: number;
  writeMs: number;
}>;

/** How one node reaches its servers. `news`: the part of the way to Redis that changes announcements. */
export interface SoakWays {
  readonly redis?: TcpProxy;
  readonly news?: NewsProxy;
  readonly s3?: TcpProxy;
}

/** Servers, folders and ways of one deployment. */
export class Surroundings implements AsyncDisposable {
  readonly redis: RedisPair | undefined;
  readonly s3: S3Server | undefined;
  readonly plans: readonly Readonly<{ caching: CachingConfig; ways: SoakWays }>[];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    stack: AsyncDisposableStack,
    parts: Pick<Surroundings, "redis" | "s3" | "plans">,
  ) {
    this.#stack = stack;
    this.redis = parts.redis;
    this.s3 = parts.s3;
    this.plans = parts.plans;
  }

  static async start(name: SoakDeployment, nodes: number): Promise<Surroundings> {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "cogniverse-soak-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const { leaseMs } = PACES[name];
    const redis = name === "s3" ? undefined : stack.use(await RedisPair.start());
    const s3 = name === "redis" ? undefined : stack.use(await startMinistack());
    const ways: SoakWays[] = [];
    if (redis !== undefined)
      for (let n = 0; n < nodes; n++) ways.push(await wayTo(redis, leaseMs, stack));
    const redisPlace = async (node: number): Promise<{ options: object }> => ({
      options: { url: ways[node]?.news?.url ?? "" },
    });
    const { plans } = await deployment(
      {
        leaseMs,
        memory: { max_entries: 6 },
        disk: (node) => join(folder, `node-${node}`),
        ...(redis && { redis: redisPlace }),
        ...(s3 && { s3 }),
      },
      nodes,
    );
    for (const plan of plans) if (plan.ways.s3) stack.use(plan.ways.s3);
    const all = plans.map(({ caching, ways: { s3: toS3 } }, n) => ({
      caching,
      ways: { ...ways[n], ...(toS3 && { s3: toS3 }) },
    }));
    return new Surroundings(stack.move(), { redis, s3, plans: all });
  }

  /** All ways whole, and nobody paused. */
  async heal(): Promise<void> {
    this.redis?.master.resume();
    this.s3?.resume();
    for (const { ways } of this.plans) {
      if (ways.news !== undefined) ways.news.fault = "none";
      await ways.redis?.heal();
      await ways.s3?.heal();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function wayTo(
  redis: RedisPair,
  leaseMs: number,
  stack: AsyncDisposableStack,
): Promise<SoakWays> {
  const way = stack.use(await startProxy(redis.master));
  const news = stack.use(await NewsProxy.before(way, 0.6 * leaseMs));
  return { redis: way, news };
}
