import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { installed } from "../install/install.ts";
import { libraryEnv } from "../install/redis.ts";
import { freePort, host } from "../process/free-ports.ts";
import { ServerGroup } from "../server-group.ts";
import { launch, Server, type Started } from "../server.ts";
import { askRedis, pollUntil } from "./redis-client.ts";
import { startRedis, type RedisServer } from "./redis-server.ts";

const masterName = "main";
const sentinelCount = 3;

/** How many sentinels must agree that the master is down. */
const quorum = 2;

/** One of those that watch the master. */
export class RedisSentinel extends Server {
  readonly host: string = host;
  readonly port: number;

  constructor(started: Started<number>) {
    super(started);
    this.port = started.ports;
  }

  /** Port of the server that this sentinel takes for the master. */
  async masterPort(): Promise<number> {
    const answer = await askRedis(this, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName);
    return Number(answer.split(" ")[1]);
  }
}

/** A master with a replica, and three sentinels of which two must agree that the master is down. */
export class RedisSentinelGroup extends ServerGroup {
  /** By which sentinels are asked for the master. */
  readonly name: string = masterName;
  readonly sentinels: readonly RedisSentinel[];
  /** The master of the beginning; after a failover it is the other one. */
  readonly master: RedisServer;
  readonly replica: RedisServer;

  constructor(data: readonly [RedisServer, RedisServer], sentinels: readonly RedisSentinel[]) {
    super([...sentinels, ...data]);
    [this.master, this.replica] = data;
    this.sentinels = sentinels;
  }
}

/**
 * Starts all five and waits until every sentinel knows the replica and the other sentinels, about three seconds. When
 * the master is gone the replica takes its place about three seconds later.
 *
 * @throws {UnavailableError} Where no Redis can be installed.
 */
export async function startRedisSentinel(): Promise<RedisSentinelGroup> {
  const master = await startRedis();
  const data = new ServerGroup([master]);
  const replica = await data.orStop(() =>
    startRedis({ config: { replicaof: `${host} ${master.port}` } }),
  );
  const both = new ServerGroup([master, replica]);
  // Sentinels learn of replicas every ten seconds, and at their start.
  await both.orStop(() =>
    pollUntil(
      "the replica did not follow",
      () => askRedis(master, "INFO", "replication"),
      (info) => info.includes("state=online"),
    ),
  );
  const starts = Array.from({ length: sentinelCount }, () => () => startOne(master.port));
  const sentinels = await both.orStop(() => ServerGroup.startAll(starts));
  const group = new RedisSentinelGroup([master, replica], sentinels);
  await group.orStop(() => untilAllKnowEachOther(sentinels));
  return group;
}

async function startOne(masterPort: number): Promise<RedisSentinel> {
  const files = await installed("redis");
  const started = await launch<number>({
    name: "sentinel",
    findPorts: () => freePort(),
    async launch(port, dataFolder) {
      const conf = join(dataFolder, "sentinel.conf");
      // It writes what it learns into this file.
      if (!existsSync(conf)) await writeFile(conf, sentinelConf(port, masterPort, dataFolder));
      return {
        command: files["server"] ?? "",
        args: [conf, "--sentinel"],
        env: libraryEnv(files),
        cwd: dataFolder,
      };
    },
    isReady: (_port, log) => log.includes("+monitor master"),
    saveSignal: "SIGTERM",
    keepsAfterKill: true,
    keepsAfterStop: true,
  });
  return new RedisSentinel(started);
}

function sentinelConf(port: number, masterPort: number, folder: string): string {
  return `port ${port}
bind ${host}
dir ${folder}
sentinel monitor ${masterName} ${host} ${masterPort} ${quorum}
sentinel down-after-milliseconds ${masterName} 1000
sentinel failover-timeout ${masterName} 10000
`;
}

async function untilAllKnowEachOther(sentinels: readonly RedisSentinel[]): Promise<void> {
  for (const sentinel of sentinels) {
    await pollUntil(
      "a sentinel did not get to know the others",
      () => askRedis(sentinel, "SENTINEL", "MASTER", masterName),
      (state) =>
        state.includes("num-slaves 1") &&
        state.includes(`num-other-sentinels ${sentinelCount - 1}`),
    );
  }
}
