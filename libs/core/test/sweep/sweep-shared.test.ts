import { describe, expect, jest, test } from "@jest/globals";
import { serverSuite } from "@cogniverse/test-servers";
import { openNode } from "../races/processes/node-process.ts";
import { deployments } from "../races/processes/shared-tiers.ts";

// Real servers on a busy machine, and every acknowledgement waits for the other node.
jest.setTimeout(120_000);
/** Longer than a busy server takes to answer: a node that cannot read its log lists nothing. */
const LEASE_MS = 4000;

for (const { name, needs, open } of deployments) {
  serverSuite(needs, describe)(name, () => {
    test("a node sweeps what another has invalidated, and the copies that live stay", async () => {
      const { hot, cold } = await open();
      const spec = { tiers: [{ backend: "memory" as const }, ...hot, ...cold], leaseMs: LEASE_MS };
      await using one = await openNode(spec);
      await using other = await openNode(spec);
      await Promise.all(
        ["a/1", "a/2", "a/3", "b/1", "b/2"].map((key) => one.put(key, `of ${key}`, "acme")),
      );
      await other.invalidate({ kind: "prefix", value: "a/" }, "acme");
      await one.put("a/3", "anew", "acme");
      const shared = (await other.sweep("acme")).tiers.filter(({ tier }) => tier !== "memory");
      expect(shared).toEqual(
        shared.map(({ tier }) => ({
          tier,
          state: "complete",
          scanned: 5,
          dead: 2,
          expired: 0,
          deleted: 2,
        })),
      );
      expect(shared.length).toBe(hot.length + cold.length);
      expect(await other.listKeys("", "acme")).toEqual(["a/3", "b/1", "b/2"]);
      expect(await other.get("a/3", "acme")).toBe("anew");
    });
  });
}
