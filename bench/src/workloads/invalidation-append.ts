import { Redis } from "ioredis";
import { redisBackend, type RedisBackend } from "@cogniverse/cache-redis";
import { CacheManager } from "@cogniverse/core";
import type { InvalidateOptions, TenantCache } from "@cogniverse/sdk";
import { startRedis } from "@cogniverse/test-servers";
import { atOnce } from "../at-once.ts";
import { backendContext } from "../backend-context.ts";
import { cpuOf } from "../invalidation/append-cpu.ts";
import { latencies, type TimedTask } from "../latencies.ts";
import type { Figure, Workload, WorkloadPace } from "../workload.ts";

const FEW = 1_000;
const MANY = 1_000_000;
/** As many as load in this time, and no fewer than {@link LEAST}. */
const LOAD_MS = 60_000;
const LEAST = 100_000;
const VIDEO = "video_000001";
const TAG = "topic:all";
const SAMPLES = 100;
const MOST_MS = 1;
const DURABLE: InvalidateOptions = { wait: "durable" };
const RECORD = "x".repeat(150);

/** A tenant whose entries, in Redis, all fall to the same tag, prefix and video. */
type Loaded = Readonly<{ cache: TenantCache; entries: number }>;

/** One append, whatever it kills: an invalidation that waits for its record only, beside one command of the bare client. */
export const invalidationAppendWorkload: Workload = {
  name: "invalidation/append",
  about:
    "an invalidation with wait durable on Redis, by what it is on and how many entries it kills",
  items: async function* (pace) {
    await using server = await startRedis();
    const tier = await redisBackend({ url: server.url }, backendContext("redis"));
    const manager = new CacheManager({ tiers: [{ name: "redis", backend: tier }] });
    const bare = new Redis(server.url);
    try {
      yield* appends(manager, tier, bare, pace);
    } finally {
      bare.disconnect();
      await manager.close();
    }
  },
};

async function* appends(
  manager: CacheManager,
  tier: RedisBackend,
  bare: Redis,
  { rounds, signal }: WorkloadPace,
): AsyncGenerator<Figure> {
  const few = await load(manager, tier, "few", FEW);
  const many = await load(manager, tier, "many", MANY);
  yield { name: "entries of the small tenant", value: few.entries, unit: "" };
  yield { name: "entries of the large tenant", value: many.entries, unit: "" };
  for (const loaded of [few, many]) await expectFound(loaded, true);
  const sha = String(
    await bare.script("LOAD", "return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])"),
  );
  const script = {
    name: "bare EVALSHA of one HSET",
    run: (at: number) => bare.evalsha(sha, 1, "bare", `field ${at % FEW}`, RECORD),
  };
  const [ofFew, ofMany] = [tasks(few), tasks(many)];
  yield* latencies(
    [
      { name: "bare HSET", run: (at) => bare.hset("bare", `field ${at % FEW}`, RECORD) },
      script,
      ...ofFew,
      ...ofMany,
    ],
    { rounds, signal, each: 100 },
  );
  for (const task of [script, ...ofFew.slice(1, 2), ...ofMany.slice(1, 2)])
    yield* cpuOf(task, bare, signal);
  for (const loaded of [few, many]) await expectFound(loaded, false);
}

function tasks({ cache, entries }: Loaded): readonly TimedTask[] {
  const of = entries.toLocaleString("en");
  return [
    {
      name: `key, 1 of ${of}`,
      run: (at: number) => cache.invalidate({ kind: "key", value: keyOf(at % entries) }, DURABLE),
    },
    {
      name: `tag on ${of}`,
      run: () => cache.invalidate({ kind: "tag", value: TAG }, DURABLE),
    },
    {
      name: `prefix of ${of}`,
      run: () => cache.invalidate({ kind: "prefix", value: `frames/${VIDEO}/` }, DURABLE),
    },
    { name: `video of ${of}`, run: () => cache.invalidateVideo(VIDEO, DURABLE) },
    { name: `tenant of ${of}`, run: () => cache.invalidate({ kind: "tenant" }, DURABLE) },
  ].map((task) => ({ ...task, most: MOST_MS }));
}

/** All entries are like one that the manager itself has stored. */
async function load(
  manager: CacheManager,
  tier: RedisBackend,
  tenantId: string,
  count: number,
): Promise<Loaded> {
  const cache = manager.forTenant(tenantId);
  await cache.getOrCompute(keyOf(0), ({ setTags }) => {
    setTags(TAG);
    return new Uint8Array(16);
  });
  await manager.flush();
  const entry = await tier.entries.getEntry(keyOf(0), tenantId);
  if (entry === undefined || "unreadable" in entry) throw new Error("what was stored is not there");
  const startedAt = performance.now();
  let asked = 0;
  const entries = await atOnce(
    64,
    count,
    (at) => tier.entries.putEntry(keyOf(at), entry, tenantId),
    () => asked++ < LEAST || performance.now() - startedAt < LOAD_MS,
  );
  return { cache, entries };
}

async function expectFound({ cache, entries }: Loaded, found: boolean): Promise<void> {
  for (let sample = 0; sample < SAMPLES; sample++) {
    const key = keyOf(Math.floor((sample * entries) / SAMPLES));
    if ((await cache.exists(key)) !== found) throw new Error(`${key}: found is not ${found}`);
  }
}

function keyOf(n: number): string {
  return `frames/${VIDEO}/frame_${n}.jpg`;
}
