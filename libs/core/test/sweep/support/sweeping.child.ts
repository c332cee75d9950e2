import { openNode, type NodeSpec } from "../../races/processes/node-process.ts";

/** What it is given: where, whose, and how fast. */
export type SweepingSpec = Readonly<{ node: NodeSpec; tenant: string; rate: number }>;

// Only the tests of sweeps start this, and say it so.
const { node, tenant, rate } = JSON.parse(process.argv[2] ?? "") as SweepingSpec;
const cache = await openNode(node);
const report = await cache.sweep(tenant, {
  rate,
  onProgress: (progress) => void process.send?.({ progress }),
});
await cache.close();
process.send?.({ report });
