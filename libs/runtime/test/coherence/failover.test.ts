import { describe, expect, jest, test } from "@jest/globals";
import { askRedis, serverSuite, startProxy, startRedisSentinel } from "@cogniverse/test-servers";
import { endOf } from "./support/end-of.ts";
import { Fleet, SOUND } from "./support/fleet.ts";

jest.setTimeout(120_000);

const truths = [["Redis", ["redis"]] as const, ["S3", ["redis", "s3"]] as const];

for (const [truth, needs] of truths)
  serverSuite(needs, describe)(
    `a failover under three processes; the log in ${truth} is the truth`,
    () => {
      test("to a replica that lacks the last records: nothing dead is served", async () => {
        await using group = await startRedisSentinel();
        const { master, replica } = group;
        const [sentinel] = group.sentinels;
        // By a way that can be cut, so that the last records do not even lie in its socket.
        await using link = await startProxy(master);
        await askRedis(replica, "REPLICAOF", link.host, String(link.port));
        const isUp = async (): Promise<boolean> =>
          (await askRedis(replica, "INFO", "replication")).includes("master_link_status:up");
        while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 20));
        const nodes = group.sentinels.map(({ host, port }) => `${host}:${port}`);
        const options = { sentinel: { name: group.name, nodes } };
        await using fleet = await Fleet.start(truth, async () => ({ options }));
        const acknowledged = (): number => fleet.history.acknowledged().length;
        const told = await fleet.through(async () => {
          link.cut();
          const before = acknowledged();
          while (acknowledged() < before + 6) await fleet.goOn(0.1);
          await master.kill();
          await link.stop();
          // The new master ends its connections when it takes over: who watches it is asked.
          while ((await sentinel?.masterPort()) !== replica.port) await fleet.goOn(0.1);
        });
        expect(told).toMatchObject(SOUND);
        expect(told.lines.join("\n")).toMatch(/acknowledged only after the lease time/);
        const tookOver = told.lines.map((lines) =>
          /another invalidation log took over/.test(lines),
        );
        expect(tookOver).toEqual(told.lines.map(() => truth === "Redis"));
        expect(truth === "S3" ? told.refusals : []).not.toContain("tier_unavailable");
        expect(await endOf(fleet)).toMatchObject({ violations: [], wrong: [] });
      });
    },
  );
