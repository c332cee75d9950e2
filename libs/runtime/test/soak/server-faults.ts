import { askRedis } from "@cogniverse/test-servers";
import { cut, onWay, stopped } from "./node-faults.ts";
import { rest, some, victim, type Fault, type Stage } from "./stage.ts";

/** What can happen to Redis. */
export const OF_REDIS: readonly Fault[] = [
  { kind: "FLUSHALL", run: flushed },
  {
    kind: "FLUSHALL under a stopped node",
    run: (stage) => flushedUnder(stage, (node) => stopped(stage, node, 0.25, 0.55)),
  },
  {
    kind: "FLUSHALL under a node that is cut off",
    run: (stage) =>
      flushedUnder(stage, (node) => onWay(stage, { server: "redis", begin: cut, node })),
  },
  {
    // Beside S3 it serves on by itself, and acknowledgements of the others have to know of it.
    kind: "a node is cut off from a Redis that is well",
    run: (stage) => onWay(stage, { server: "redis", begin: cut, leases: [2, 4] }),
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

/** What can happen to S3. */
export const OF_S3: readonly Fault[] = [
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
