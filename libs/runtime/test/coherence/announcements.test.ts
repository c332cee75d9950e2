import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { serverSuite, startRedis, type RedisServer } from "@cogniverse/test-servers";
import { NewsProxy, type NewsFault } from "../deployment/news-proxy.ts";
import { endOf } from "./support/end-of.ts";
import { Fleet, SOUND } from "./support/fleet.ts";
import { PACE } from "./support/pace.ts";

jest.setTimeout(120_000);

const truths = [["Redis", ["redis"]] as const, ["S3", ["redis", "s3"]] as const];
const faults: readonly NewsFault[] = ["delayed", "doubled", "reordered", "lost"];

for (const [truth, needs] of truths)
  serverSuite(needs, describe)(
    `announcements on their way to three processes; the log in ${truth} is the truth`,
    () => {
      let server: RedisServer;
      let fleet: Fleet;
      const proxies: NewsProxy[] = [];

      beforeAll(async () => {
        server = await startRedis();
        fleet = await Fleet.start(truth, async () => {
          const proxy = await NewsProxy.before(server, 0.6 * PACE[truth].leaseMs);
          proxies.push(proxy);
          return { options: { url: proxy.url } };
        });
      });
      afterAll(async () => {
        await fleet?.[Symbol.asyncDispose]();
        for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
        await server?.stop();
      });

      test.each(faults)(
        "%s: nothing dead is served, and acknowledgements come all the same",
        async (fault) => {
          const changed = proxies.map((proxy) => proxy.changed);
          const told = await fleet.through(async () => {
            for (const proxy of proxies) proxy.fault = fault;
            await fleet.goOn(2);
            for (const proxy of proxies) proxy.fault = "none";
          });
          expect(told).toMatchObject(SOUND);
          expect(told.refusals).not.toContain("tier_unavailable");
          for (const [n, proxy] of proxies.entries())
            expect(proxy.changed).toBeGreaterThan(changed[n] ?? 0);
          // By what each node reads of the log, and by asking.
          expect(told.meanwhile.filter(({ done }) => done.tookMs < fleet.leaseMs)).not.toEqual([]);
        },
      );

      test("stats, spans and lines tell what happened", async () => {
        expect(await endOf(fleet)).toMatchObject({ violations: [], wrong: [] });
      });
    },
  );
