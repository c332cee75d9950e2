import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { serverSuite, startRedis, type RedisServer } from "@cogniverse/test-servers";
import { byProxies } from "../deployment/deployment.ts";
import { endOf } from "./support/end-of.ts";
import { Fleet, now, SOUND, type Episode } from "./support/fleet.ts";

jest.setTimeout(120_000);

const LOST = /invalidation log cannot be read/;
const CUT_OFF = 2;

/** Invalidations of the node that was cut off, and of the others, that were begun after `since` and acknowledged before it was healed. */
function byNode({ meanwhile }: Episode, since: number): readonly [own: number, others: number] {
  const begun = meanwhile.filter(({ beganAt }) => beganAt >= since);
  const own = begun.filter(({ node }) => node === CUT_OFF).length;
  return [own, begun.length - own];
}

/** Nodes that served from a tier what they were asked for after `since`, before the fault was healed. */
function servedAfter({ served }: Episode, since: number): readonly number[] {
  const nodes = served.filter(({ beganAt }) => beganAt >= since).map(({ node }) => node);
  return [...new Set(nodes)].toSorted((a, b) => a - b);
}

serverSuite(["redis"], describe)(
  "one of three processes cannot reach Redis, whose log is the truth",
  () => {
    let server: RedisServer;
    let fleet: Fleet;

    beforeAll(async () => {
      server = await startRedis();
      fleet = await Fleet.start("Redis", byProxies(server));
    });
    afterAll(async () => {
      await fleet?.[Symbol.asyncDispose]();
      await server?.stop();
    });

    test.each([
      ["packets are swallowed", "cut"],
      ["connections are refused", "reset"],
    ] as const)(
      "%s: it computes and acknowledges nothing; the others wait for it once",
      async (_how, way) => {
        let since = Infinity;
        const told = await fleet.through(async () => {
          const { redis } = fleet.nodes[CUT_OFF]?.ways ?? {};
          await redis?.[way]();
          since = now();
          await fleet.goOn(3);
          await redis?.heal();
        });
        expect(told).toMatchObject(SOUND);
        expect(told.lines[CUT_OFF]).toMatch(LOST);
        expect(told.refusals).not.toEqual([]);
        const [own, others] = byNode(told, since);
        expect(own).toBe(0);
        // Dropped from the table after D, it slows nobody.
        expect(others).toBeGreaterThan(2 * 3);
        expect(servedAfter(told, since + fleet.leaseMs)).toEqual([0, 1]);
      },
    );

    test("stats, spans and lines tell what happened", async () => {
      expect(await endOf(fleet)).toMatchObject({ violations: [], wrong: [] });
    });
  },
);

serverSuite(["redis", "s3"], describe)(
  "one of three processes cannot reach one of two servers; S3 is the truth",
  () => {
    let server: RedisServer;
    let fleet: Fleet;

    beforeAll(async () => {
      server = await startRedis();
      fleet = await Fleet.start("S3", byProxies(server));
    });
    afterAll(async () => {
      await fleet?.[Symbol.asyncDispose]();
      await server?.stop();
    });

    async function without(
      tier: "redis" | "s3",
      nodes: readonly number[],
    ): Promise<readonly [Episode, number]> {
      let since = Infinity;
      const ways = nodes.map((n) => fleet.nodes[n]?.ways[tier]);
      const told = await fleet.through(async () => {
        for (const way of ways) way?.cut();
        since = now();
        await fleet.goOn(3);
        for (const way of ways) await way?.heal();
      });
      return [told, since];
    }

    test("Redis, which has the table of sessions: it serves alone, and everyone's acknowledgements take D", async () => {
      const [told, since] = await without("redis", [CUT_OFF]);
      expect(told).toMatchObject(SOUND);
      expect(told.refusals).not.toContain("tier_unavailable");
      const [own, others] = byNode(told, since);
      expect(own).toBeGreaterThan(0);
      expect(others).toBeGreaterThan(0);
      expect(servedAfter(told, since + fleet.leaseMs)).toEqual([0, 1, CUT_OFF]);
      expect(told.lines.join("\n")).toMatch(/acknowledged only after the lease time/);
      expect(told.lines.join("\n")).not.toMatch(LOST);
    });

    test("S3, which has the log: it computes and acknowledges nothing", async () => {
      const [told, since] = await without("s3", [CUT_OFF]);
      expect(told).toMatchObject(SOUND);
      expect(told.lines[CUT_OFF]).toMatch(LOST);
      expect(told.refusals).toContain("timeout");
      const [own, others] = byNode(told, since);
      expect(own).toBe(0);
      expect(others).toBeGreaterThan(0);
      expect(servedAfter(told, since + fleet.leaseMs)).toEqual([0, 1]);
    });

    test("no process can reach S3: nothing is acknowledged, and all compute", async () => {
      const [told, since] = await without("s3", [0, 1, 2]);
      expect(told).toMatchObject(SOUND);
      for (const lines of told.lines) expect(lines).toMatch(LOST);
      expect(byNode(told, since)).toEqual([0, 0]);
      expect(servedAfter(told, since + fleet.leaseMs)).toEqual([]);
    });

    test("stats, spans and lines tell what happened", async () => {
      expect(await endOf(fleet)).toMatchObject({ violations: [], wrong: [] });
    });
  },
);
