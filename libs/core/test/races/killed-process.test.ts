import { describe, expect, test } from "@jest/globals";
import { seededRandom } from "@cogniverse/testkit";
import { ChildNode } from "./processes/child-node.ts";
import { Directory } from "./processes/directory.ts";
import { onDirectory, foundIn, openNode } from "./processes/node-process.ts";

const tenant = "acme";
const SMALL = 64;
const LARGE = 100_000;

describe("race 10: invalidate, kill -9, restart", () => {
  test("what was invalidated is still dead, what was not is still there", async () => {
    await using directory = await Directory.make();
    const keys = ["a/1", "a/2", "b/1", "b/2", "c/1"];
    {
      await using node = await ChildNode.start(onDirectory(directory.path));
      for (const key of keys)
        for (const bytes of [SMALL, LARGE])
          await node.ask({ do: "getOrCompute", tenant, key: `${key}/${bytes}`, fill: 1, bytes });
      await node.ask({ do: "invalidate", tenant, scope: { kind: "prefix", value: "a/" } });
      await node.ask({ do: "invalidate", tenant, scope: { kind: "glob", value: "b/1/*" } });
      await node.ask({ do: "delete", tenant, key: `c/1/${LARGE}` });
      await node.kill();
    }
    await using again = await ChildNode.start(onDirectory(directory.path));
    for (const key of keys) {
      for (const bytes of [SMALL, LARGE]) {
        const alive = key === "b/2" || (key === "c/1" && bytes === SMALL);
        const found = await again.ask({ do: "get", tenant, key: `${key}/${bytes}` });
        expect([key, bytes, found]).toEqual([key, bytes, alive ? 1 : undefined]);
      }
    }
  }, 30_000);

  test("a process that was killed while it computed and stored leaves nothing that outlives an invalidation", async () => {
    await using directory = await Directory.make();
    for (let round = 1; round <= 3; round++) {
      await using doomed = await ChildNode.start(onDirectory(directory.path));
      await using other = await ChildNode.start(onDirectory(directory.path));
      for (let i = 0; i < 20; i++)
        doomed.tell({ do: "getOrCompute", tenant, key: `k/${i}`, fill: round, bytes: LARGE });
      await doomed.ask({ do: "get", tenant, key: "k/0" });
      const invalidated = other.ask({ do: "invalidate", tenant, scope: { kind: "tenant" } });
      await doomed.kill();
      await invalidated;
      for (let i = 0; i < 20; i++)
        expect(await other.ask({ do: "get", tenant, key: `k/${i}` })).toBeUndefined();
    }
  }, 60_000);
});

describe("race 23: writers of one key in two processes, killed at any moment", () => {
  test("a reader sees one whole value or the other, and at last the value that was acknowledged last", async () => {
    await using directory = await Directory.make();
    const random = seededRandom(23);
    const key = "shared/value";
    const reader = await openNode(onDirectory(directory.path));
    let hits = 0;
    for (let round = 0; round < 2; round++) {
      const writers = await Promise.all([
        ChildNode.start(onDirectory(directory.path)),
        ChildNode.start(onDirectory(directory.path)),
      ]);
      // Each put's acknowledgement waits for D; the writes themselves follow each other at once.
      let fill = 1 + round * 60;
      const put = (writer: ChildNode): Promise<unknown> =>
        writer.ask({ do: "put", tenant, key, fill: fill++, bytes: LARGE });
      const pending = writers.map((writer) => Array.from({ length: 25 }, () => put(writer)));
      for (const one of pending.flat()) one.catch(() => undefined);
      const killAfter = Math.floor(random.next() * 200);
      const readOn = async (writing: Promise<unknown>, killAt = -1): Promise<void> => {
        const state = { isOver: false };
        void writing.finally(() => (state.isOver = true));
        // To the end of the writing and no less: how many reads fit into it is the machine's affair.
        for (let reads = 0; !state.isOver || reads <= killAt; reads++) {
          if (reads === killAt) await writers[0]?.kill();
          const found = foundIn(await reader.get(key, tenant, { tiers: { memory: false } }));
          expect(found).not.toBe("torn");
          if (found !== undefined) hits++;
        }
      };
      await readOn(Promise.allSettled(pending[1] ?? []), killAfter);
      const last = 250 + round;
      const oneByOne = async (writer: ChildNode | undefined): Promise<void> => {
        for (const value of [201, 202, 203, 204, last])
          await writer?.ask({ do: "put", tenant, key, fill: value, bytes: LARGE });
      };
      await readOn(oneByOne(writers[1]));
      expect(foundIn(await reader.get(key, tenant))).toBe(last);
      for (const writer of writers) await writer.kill();
    }
    // Each value that was put alone lived for D at least.
    expect(hits).toBeGreaterThanOrEqual(10);
    await reader.close();
  }, 60_000);
});
