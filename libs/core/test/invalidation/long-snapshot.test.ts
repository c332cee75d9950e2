import { expect, test } from "@jest/globals";
import { setImmediate as nextTurn } from "node:timers/promises";
import { toPosition, type LogHead, type LogRecord } from "@cogniverse/sdk";
import { settle } from "@cogniverse/testkit";
import { Applied } from "../../src/invalidation/applied.ts";
import { Mirror } from "../../src/invalidation/mirror.ts";
import { Deployment } from "../races/support/deployment.ts";
import { LEASE_MS } from "../races/support/shared-log.ts";
import { note, only } from "../races/support/one-node.ts";

const killed = note({ id: 1 });
const spared = note({ id: 2 });
const scope = { kind: "key", value: killed.path } as const;

test.each([
  ["a log that other machines write", {}],
  ["a log under this machine's clock", { sharesClock: true }],
])(
  "%s: a snapshot that takes many leases is read once, and the node serves by the read after it",
  async (_name, options) => {
    await using world = new Deployment(options);
    const other = world.node().cache.forTenant("acme");
    for (const key of [killed, spared]) await other.getOrCompute(key, () => ({ n: 1 }));
    const node = world.node();
    const a = node.cache.forTenant("acme");
    const asked = (): readonly string[] => node.logFaults.calls.map(({ op }) => op);
    const snapshot = node.logFaults.pause("snapshot", { at: "after" });
    const computed = a.getOrCompute(killed, () => ({ n: 2 }));
    await snapshot.reached;
    await world.pass(20 * LEASE_MS);
    expect(await computed).toEqual({ n: 2 });
    const records = [{ tenantId: "acme", scope, mode: "hard", at: 0, node: "other" }] as const;
    await world.shared.log.append(records);
    expect(await a.get(spared, only("warm"))).toBeUndefined();
    expect(asked()).toEqual(["snapshot"]);
    snapshot.release();
    await settle();
    expect(asked()).toEqual(["snapshot", "read"]);
    expect(await a.get(spared, only("warm"))).toEqual({ n: 1 });
    expect(await a.get(killed, only("warm"))).toBeUndefined();
    expect(asked()).toEqual(["snapshot", "read"]);
  },
);

test("news that took the mirror past a snapshot while that was read stay in it", async () => {
  const mirror = new Mirror();
  const applied = new Applied(mirror);
  const at = (position: number): LogHead => ({ logId: "log", position: toPosition(position) });
  const record = (position: number): LogRecord => ({
    tenantId: "acme",
    scope,
    mode: "hard",
    at: 0,
    node: "n",
    position: toPosition(position),
  });
  await applied.load({ head: at(1), records: [record(1)] }, undefined);
  const before = applied.head;
  applied.take({ head: at(3), records: [record(2), record(3)] });
  await applied.load({ head: at(2), records: [record(2)] }, before);
  expect(applied.position).toBe(3);
  expect(mirror.tenant("acme").last).toBe(3);
  // What was not overtaken by anything goes back behind it.
  await applied.load({ head: at(2), records: [record(2)] }, applied.head);
  expect(applied.position).toBe(2);
});

test("the first load of many records lets the event loop run, and has them all", async () => {
  const mirror = new Mirror();
  const applied = new Applied(mirror);
  const records = Array.from({ length: 10_000 }, (_, n) => ({
    tenantId: "acme",
    scope: { kind: "key", value: `k${n}` } as const,
    mode: "hard" as const,
    at: 0,
    node: "n",
    position: toPosition(n + 1),
  }));
  const head = { logId: "log", position: toPosition(10_000) };
  const loading = applied.load({ head, records }, undefined);
  await nextTurn();
  expect(mirror.tenant("acme").scopes).toBeLessThan(10_000);
  // Nobody takes what there is so far for all there is.
  expect(applied.head).toBeUndefined();
  expect(applied.take({ head, records })).toBeUndefined();
  await loading;
  expect(applied.head).toEqual(head);
  expect(mirror.tenant("acme").scopes).toBe(10_000);
});
