import { describe, expect, test } from "@jest/globals";
import type { NewRecord } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { Deployment, type Node } from "../races/support/deployment.ts";

/** More records than a node keeps whole. */
const MANY = 1500;

function record(value: string, reason: string): NewRecord {
  const scope = { kind: "key", value } as const;
  return { tenantId: "acme", scope, mode: "hard", at: 1, node: "elsewhere", reason };
}

/** A node with a dead copy in both of its tiers, whose record it no longer has itself. */
async function killedLongAgo(): Promise<{ world: Deployment; node: Node }> {
  const world = new Deployment();
  const node = world.node();
  await node.cache.getOrCompute("notes/1", "acme", () => 1);
  await world.shared.log.append([record("notes/1", "replaced by hand")]);
  const others = Array.from({ length: MANY }, (_none, i) => record(`others/${i}`, "another"));
  await world.shared.log.append(others);
  await node.cache.invalidate({ kind: "key", value: "others/0" }, "acme", { wait: "durable" });
  return { world, node };
}

describe("a kill whose record only the log still has", () => {
  test("is told with it, and the log is read once for all copies", async () => {
    const { world, node } = await killedLongAgo();
    await using _ = world;
    const before = node.logFaults.count("snapshot");
    const killedBy = { position: 1, node: "elsewhere", reason: "replaced by hand" };
    expect(await node.cache.explain("notes/1", "acme")).toMatchObject({
      copies: [
        { tier: "memory", why: "invalidated", killedBy },
        { tier: "warm", why: "invalidated", killedBy },
      ],
      records: [killedBy],
    });
    expect(node.logFaults.count("snapshot") - before).toBe(1);
  });

  test("is not laid to the record that has its place in a log that came instead", async () => {
    const { world, node } = await killedLongAgo();
    await using _ = world;
    world.shared.replace();
    await world.shared.log.append([record("notes/2", "of another log")]);
    const scope = { kind: "key", value: "notes/1" };
    const killedBy = { position: 1, mode: "hard", scope };
    const { copies, records } = await node.cache.explain("notes/1", "acme");
    expect(records).toEqual([killedBy]);
    for (const copy of copies) expect(copy).toMatchObject({ killedBy });
    for (const copy of await node.cache.inspect("notes/1", "acme"))
      expect(copy).toMatchObject({ why: "invalidated", killedBy: { position: 1, scope } });
  });

  test("is told without it once the log has taken too long", async () => {
    const { world, node } = await killedLongAgo();
    await using _ = world;
    node.logFaults.hang("snapshot", { deaf: true });
    const explaining = node.cache.explain("notes/1", "acme");
    await settle();
    await world.clock.advanceAndSettle(600_000);
    expect(await explaining).toMatchObject({ records: [{ position: 1, mode: "hard" }] });
  });

  test("is waited for no longer than the caller likes", async () => {
    const { world, node } = await killedLongAgo();
    await using _ = world;
    node.logFaults.hang("snapshot", { deaf: true });
    const controller = new AbortController();
    const explaining = node.cache.explain("notes/1", "acme", { signal: controller.signal });
    await settle();
    controller.abort("enough");
    await expect(explaining).rejects.toBe("enough");
  });
});
