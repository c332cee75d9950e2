import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, jest, test } from "@jest/globals";
import type { CacheManager } from "@cogniverse/core";
import { serverSuite, sharedRedis } from "@cogniverse/test-servers";
import { Directory } from "../races/processes/directory.ts";
import { onDisk, openNode, type NodeSpec } from "../races/processes/node-process.ts";
import { SweepingProcess } from "./support/sweeping-process.ts";

// Real processes on a busy machine, and one that was killed is waited for as long as one that is stopped.
jest.setTimeout(180_000);
const tenant = "acme";
const ENTRIES = 2000;
const DEAD = 1500;
const keyOf = (n: number): string => `${n % 4 === 0 ? "b" : "a"}/${n}`;

/** Fills of which three in four are dead then. */
async function fill(cache: CacheManager): Promise<void> {
  for (let from = 0; from < ENTRIES; from += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        cache.getOrCompute(keyOf(from + i), tenant, () => from + i),
      ),
    );
  await cache.invalidate({ kind: "prefix", value: "a/" }, tenant);
}

async function livingIn(cache: CacheManager): Promise<number> {
  let living = 0;
  for (let n = 0; n < ENTRIES; n += 4) if ((await cache.get(keyOf(n), tenant)) === n) living++;
  return living;
}

/** What a server holds, by a bare connection. */
async function keysOf(url: string, prefix: string): Promise<readonly string[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(`KEYS ${prefix}*\r\n`);
  const answer = await text(socket);
  return answer.split("\r\n").filter((line) => line.startsWith(prefix));
}

/** Sweeps on one node until it is killed, and then on another. */
async function killedOnTheWay(node: NodeSpec) {
  await using cache = await openNode(node);
  await fill(cache);
  {
    await using doomed = new SweepingProcess({ node, tenant, rate: 500 });
    await doomed.until(({ deleted, scanned }) => deleted > 0 && scanned > 1000);
    // Where it has got to is noted after it was told, and before the next step.
    const { scanned: told = 0 } = doomed.told.at(-1) ?? {};
    await doomed.until(({ scanned }) => scanned > told);
    await doomed.kill();
  }
  await using next = new SweepingProcess({ node, tenant, rate: 20_000 });
  const [tier] = (await next.report).tiers;
  const { state, earlier = 0, scanned = 0, deleted = 0 } = tier ?? {};
  return {
    state,
    first: next.told.at(0),
    earlier,
    together: earlier + scanned,
    // The dead stand first: what the killed one had got to is not found again.
    deletedTooMany: Math.max(0, deleted - (DEAD - Math.min(earlier, DEAD))),
    living: await livingIn(cache),
    again: await cache.sweep(tenant, { rate: Infinity }),
  };
}

const goneOnWith = {
  state: "complete",
  first: { elsewhere: true },
  together: ENTRIES,
  deletedTooMany: 0,
  living: ENTRIES - DEAD,
  again: { scanned: ENTRIES - DEAD, deleted: 0 },
};

/** Two processes sweep what a third has killed, at the same time. */
async function bothAtOnce(node: NodeSpec) {
  await using cache = await openNode(node);
  await fill(cache);
  await using one = new SweepingProcess({ node, tenant, rate: 2000 });
  await using other = new SweepingProcess({ node, tenant, rate: 2000 });
  const reports = [await one.report, await other.report];
  const tiers = reports.flatMap((report) => report.tiers);
  return {
    states: tiers.map(({ state }) => state).toSorted(),
    scanned: tiers.reduce((sum, { scanned }) => sum + scanned, 0),
    deleted: tiers.reduce((sum, { deleted }) => sum + deleted, 0),
    living: await livingIn(cache),
  };
}

const sweptOnce = {
  states: ["complete", "elsewhere"],
  scanned: ENTRIES,
  deleted: DEAD,
  living: ENTRIES - DEAD,
};

describe("on one disk", () => {
  test("a sweep whose process is killed is gone on with by the next, and nothing living is deleted", async () => {
    await using directory = await Directory.make();
    const swept = await killedOnTheWay({ tiers: [onDisk(directory.path)] });
    expect(swept).toMatchObject(goneOnWith);
    expect(swept.earlier).toBeGreaterThan(500);
  });

  test("of two processes one sweeps", async () => {
    await using directory = await Directory.make();
    expect(await bothAtOnce({ tiers: [onDisk(directory.path)] })).toEqual(sweptOnce);
  });
});

serverSuite(["redis"], describe)("in Redis", () => {
  const inRedis = async (): Promise<NodeSpec> => {
    const { url } = await sharedRedis();
    const config = { url, key_prefix: `test-${randomUUID()}:` };
    return { tiers: [{ backend: "redis", config }], leaseMs: 1500 };
  };

  test("a sweep whose node is killed is gone on with by another, and nothing living is deleted", async () => {
    const swept = await killedOnTheWay(await inRedis());
    expect(swept).toMatchObject(goneOnWith);
    expect(swept.earlier).toBeGreaterThan(500);
  });

  test("of two nodes one sweeps", async () => {
    expect(await bothAtOnce(await inRedis())).toEqual(sweptOnce);
  });

  test("of a tenant that has nothing left the server keeps nothing but the log", async () => {
    const { url } = await sharedRedis();
    const key_prefix = `test-${randomUUID()}:`;
    const config = { url, key_prefix };
    await using cache = await openNode({ tiers: [{ backend: "redis", config }], leaseMs: 1500 });
    // So many that the mark is renewed shortly before it is deleted.
    const many = Array.from({ length: 1030 }, (_, n) => `a/${n}`);
    await Promise.all(many.map((key) => cache.getOrCompute(key, tenant, () => key)));
    await cache.invalidate({ kind: "tenant" }, tenant);
    // While others write, what is written is listed a moment later: after the mark was deleted, too.
    const over = new AbortController();
    const writing = (async () => {
      for (let n = 0; !over.signal.aborted; n++)
        await cache.getOrCompute(`b/${n}`, "other", () => n);
    })();
    expect(await cache.sweep(tenant, { rate: Infinity })).toMatchObject({ deleted: 1030 });
    over.abort();
    await writing;
    // Waits for the lists.
    expect(await cache.listKeys("a", "other")).toEqual([]);
    const names = await keysOf(url, key_prefix);
    const others = /cog:\{(log|other:.)\}/;
    expect(names.filter((name) => !others.test(name))).toEqual([]);
  });
});
