import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { askRedis, serverSuite, startRedis, type RedisServer } from "@cogniverse/test-servers";
import { byProxies } from "../deployment/deployment.ts";
import { evict } from "./support/evict.ts";
import { endOf } from "./support/end-of.ts";
import { Fleet, now, SOUND } from "./support/fleet.ts";

jest.setTimeout(120_000);

const truths = [["Redis", ["redis"]] as const, ["S3", ["redis", "s3"]] as const];
const SLOW = /acknowledged only after the lease time/;
const LOST = /invalidation log cannot be read/;
const TOOK_OVER = /another invalidation log took over/;

for (const [truth, needs] of truths)
  serverSuite(needs, describe)(
    `Redis fails while three processes read and write; the log in ${truth} is the truth`,
    () => {
      let server: RedisServer;
      let fleet: Fleet;

      beforeAll(async () => {
        server = await startRedis();
        fleet = await Fleet.start(truth, byProxies(server));
      });
      afterAll(async () => {
        await fleet?.[Symbol.asyncDispose]();
        await server?.stop();
      });

      /** What was in Redis is gone, or may be: who serves is registered anew, and that counts after D. */
      const faults: readonly (readonly [string, () => Promise<unknown>])[] = [
        ["FLUSHALL", () => askRedis(server, "FLUSHALL")],
        ["a restart without data", () => server.restart({ keepData: false })],
        ["a restart with all that it had", () => server.restart({ keepData: true })],
        ["eviction by allkeys-lru", () => evict(server, fleet)],
        ["a restart from an old dump", () => restore(server, fleet)],
      ];

      test.each(faults)(
        "%s: nothing dead is served, and an operator is told",
        async (_name, fault) => {
          const told = await fleet.through(fault);
          expect(told).toMatchObject(SOUND);
          expect(told.lines.join("\n")).toMatch(SLOW);
          const tookOver = told.lines.map((lines) => TOOK_OVER.test(lines));
          expect(tookOver).toEqual(told.lines.map(() => truth === "Redis"));
          // What S3 takes is not for Redis to refuse; S3 may take its time.
          expect(truth === "S3" ? told.refusals : []).not.toContain("tier_unavailable");
          expect(new Set(told.stands.map(({ logId }) => logId)).size).toBe(1);
        },
      );

      test("a pause of 3 D: what the truth did not take is rejected, and everything else holds", async () => {
        let since = Infinity;
        const told = await fleet.through(async () => {
          server.pause();
          since = now();
          await fleet.goOn(3);
          server.resume();
        });
        expect(told).toMatchObject(SOUND);
        expect(told.lines.join("\n")).toMatch(truth === "Redis" ? LOST : SLOW);
        const begun = told.meanwhile.filter(({ beganAt }) => beganAt >= since);
        expect({
          refused: told.refusals.includes(truth === "Redis" ? "timeout" : "tier_unavailable"),
          acknowledged: begun.length > 0,
          early: begun.filter(({ done }) => done.tookMs < fleet.leaseMs),
          served: told.served.some(({ beganAt }) => beganAt >= since + fleet.leaseMs),
        }).toEqual({
          refused: truth === "Redis",
          acknowledged: truth === "S3",
          early: [],
          served: truth === "S3",
        });
      });

      test("after all of it stats, spans and lines tell what happened", async () => {
        const end = await endOf(fleet);
        expect(end).toMatchObject({ violations: [], wrong: [] });
        expect(Math.min(end.bySessions, end.byLease)).toBeGreaterThan(0);
      });
    },
  );

serverSuite(["redis"], describe)("a Redis that loses nothing is killed", () => {
  test("the log goes on where it was, and its table of sessions counts only after D", async () => {
    const config = { appendonly: "yes", appendfsync: "always" };
    await using server = await startRedis({ config });
    await using fleet = await Fleet.start("Redis", byProxies(server));
    const told = await fleet.through(async () => {
      await server.kill();
      await server.restart({ keepData: true });
    });
    expect(told).toMatchObject(SOUND);
    expect(told.lines.join("\n")).toMatch(SLOW);
    expect(told.lines.join("\n")).not.toMatch(TOOK_OVER);
    expect(await endOf(fleet)).toMatchObject({ violations: [], wrong: [] });
  });
});

/** What was invalidated after the dump is not in it. */
async function restore(server: RedisServer, fleet: Fleet): Promise<void> {
  await askRedis(server, "SAVE");
  await fleet.goOn(1);
  const { ended } = server;
  await askRedis(server, "SHUTDOWN", "NOSAVE").catch(() => undefined);
  await ended;
  await server.restart({ keepData: true });
}
