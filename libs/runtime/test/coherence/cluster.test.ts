import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  askRedis,
  serverSuite,
  startRedisCluster,
  type RedisCluster,
  type RedisServer,
} from "@cogniverse/test-servers";
import { endOf } from "./support/end-of.ts";
import { Fleet, SOUND } from "./support/fleet.ts";

jest.setTimeout(120_000);

serverSuite(["redis"], describe)(
  "a Redis Cluster of three masters fails while three processes read and write; its log is the truth",
  () => {
    let cluster: RedisCluster;
    let fleet: Fleet;

    beforeAll(async () => {
      cluster = await startRedisCluster();
      const nodes = cluster.nodes.map(({ host, port }) => `${host}:${port}`);
      fleet = await Fleet.start("Redis", async () => ({ options: { cluster: { nodes } } }));
    });
    afterAll(async () => {
      await fleet?.[Symbol.asyncDispose]();
      await cluster?.stop();
    });

    /** The master that has the log, and the table of sessions with it. */
    async function keeperOfLog(): Promise<RedisServer> {
      for (const node of cluster.nodes) {
        const names = await askRedis(node, "KEYS", `${fleet.prefix}*log*`);
        if (names.trim() !== "") return node;
      }
      throw new Error("no master has the log");
    }

    test("acknowledgements are short, and the log is in one slot", async () => {
      const told = await fleet.through(() => fleet.goOn(2));
      expect(told).toMatchObject(SOUND);
      expect(told.meanwhile.length).toBeGreaterThan(0);
      expect(told.meanwhile.filter(({ done }) => done.tookMs >= fleet.leaseMs)).toEqual([]);
    });

    test("FLUSHALL on each master: nothing dead is served, and an operator is told", async () => {
      const told = await fleet.through(() =>
        Promise.all(cluster.nodes.map((node) => askRedis(node, "FLUSHALL"))),
      );
      expect(told).toMatchObject(SOUND);
      for (const lines of told.lines) expect(lines).toMatch(/another invalidation log took over/);
      expect(new Set(told.stands.map(({ logId }) => logId)).size).toBe(1);
    });

    test("the master of the log pauses for 3 D: what it did not take is rejected, and everything else holds", async () => {
      const keeper = await keeperOfLog();
      const told = await fleet.through(async () => {
        keeper.pause();
        await fleet.goOn(3);
        keeper.resume();
      });
      expect(told).toMatchObject(SOUND);
      expect(told.lines.join("\n")).toMatch(/invalidation log cannot be read/);
    });

    test("the master of the log restarts with its data: another log, since nobody can tell what it lost", async () => {
      const keeper = await keeperOfLog();
      const told = await fleet.through(() => keeper.restart({ keepData: true }));
      expect(told).toMatchObject(SOUND);
      for (const lines of told.lines) expect(lines).toMatch(/another invalidation log took over/);
      expect(new Set(told.stands.map(({ logId }) => logId)).size).toBe(1);
    });

    test("after all of it stats, spans and lines tell what happened", async () => {
      expect(await endOf(fleet)).toMatchObject({ violations: [], wrong: [] });
    });
  },
);
