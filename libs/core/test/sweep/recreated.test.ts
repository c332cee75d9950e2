import { randomUUID } from "node:crypto";
import { describe, expect, jest, test } from "@jest/globals";
import { serverSuite, sharedRedis } from "@cogniverse/test-servers";
import { Directory } from "../races/processes/directory.ts";
import { onDisk, openNode, type NodeSpec } from "../races/processes/node-process.ts";

// Real servers on a busy machine.
jest.setTimeout(120_000);
const tenant = "acme";
const ENTRIES = 600;
const ROUNDS = 4;
const keys = Array.from({ length: ENTRIES }, (_, n) => `a/${String(n).padStart(4, "0")}`);
/** Nobody computes these again: the sweep has something to delete, however fast the others are there. */
const gone = Array.from({ length: 40 }, (_, n) => `a/gone/${n}`);

/**
 * Kills all, and sweeps on one node while another computes everything anew under the same keys, the last ones first: so that the two meet. Answers what
 * is not there then, by a node that computed none of it.
 */
async function recreate(node: NodeSpec): Promise<{ missing: string[]; deleted: number }> {
  await using cache = await openNode(node);
  await using sweeper = await openNode(node);
  const missing: string[] = [];
  let deleted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const fill = async (): Promise<void> => {
      for (let end = ENTRIES; end > 0; end -= 20)
        await Promise.all(
          keys
            .slice(end - 20, end)
            .map((key) => cache.getOrCompute(key, tenant, () => `${key} ${round}`)),
        );
    };
    await Promise.all(gone.map((key) => cache.getOrCompute(key, tenant, () => "old")));
    if (round > 0) await cache.invalidate({ kind: "prefix", value: "a/" }, tenant);
    const [report] = await Promise.all([sweeper.sweep(tenant, { rate: Infinity }), fill()]);
    deleted += report.deleted;
    for (const key of keys)
      if ((await sweeper.get(key, tenant)) !== `${key} ${round}`) missing.push(key);
  }
  return { missing, deleted };
}

describe("race 31: a sweep runs while entries are created anew under the same keys", () => {
  test("on one disk the new ones live", async () => {
    await using directory = await Directory.make();
    const { missing, deleted } = await recreate({ tiers: [onDisk(directory.path)] });
    expect(missing).toEqual([]);
    expect(deleted).toBeGreaterThanOrEqual(gone.length * (ROUNDS - 1));
  });

  serverSuite(["redis"], describe)("in Redis", () => {
    test("the new ones live", async () => {
      const { url } = await sharedRedis();
      const config = { url, key_prefix: `test-${randomUUID()}:` };
      const node = { tiers: [{ backend: "redis" as const, config }], leaseMs: 1500 };
      const { missing, deleted } = await recreate(node);
      expect(missing).toEqual([]);
      expect(deleted).toBeGreaterThanOrEqual(gone.length * (ROUNDS - 1));
    });
  });
});
