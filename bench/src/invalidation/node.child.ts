import { setTimeout } from "node:timers/promises";
import { answerAll } from "./echo.ts";
import type { NodeRequest, NodeTiers, Written } from "./node.ts";
import { nodeCache } from "./node-cache.ts";
import { rawWrites } from "./raw-writes.ts";

const TENANT = "acme";
const KEY = "search_results/query-1/hybrid.json";
/** Between two reads of one node. */
const READ_MS = 5;
/** Until all others have the key again, on every tier. */
const WARM_MS = 150;
const LEAST_ROUNDS = 3;
const VALUE = { rows: "what was said in the segment ".repeat(30) };

// What its parent gives it.
const tiers = JSON.parse(process.argv[2] ?? "") as NodeTiers;
const manager = await nodeCache(tiers);
const cache = manager.forTenant(TENANT);

process.on("message", (request: NodeRequest) => {
  void answer(request).then((said) => process.send?.(said));
});
const ended = new AbortController();
let answering: Disposable | undefined;
let reading: Promise<void> = Promise.resolve();
process.once("disconnect", () => {
  ended.abort();
  answering?.[Symbol.dispose]();
  void reading.finally(() => manager.close()).finally(() => process.exit(0));
});
await cache.getOrCompute(KEY, () => VALUE);
process.send?.("ready");

async function answer(request: NodeRequest): Promise<Written | number | "done"> {
  switch (request.ask) {
    case "read":
      await cache.getOrCompute(KEY, () => VALUE);
      if (tiers.redis !== undefined) answering = await answerAll(tiers.redis);
      reading = readOn(ended.signal);
      return "done";
    case "write":
      return write(request);
    default:
      return burst(request.from, request.count);
  }
}

async function readOn(end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    await cache.getOrCompute(KEY, () => VALUE);
    await setTimeout(READ_MS);
  }
}

type WriteRequest = Extract<NodeRequest, { ask: "write" }>;
type Times = Record<Exclude<keyof Written, "nodes">, number[]>;

async function write({ rounds, budgetMs, others }: WriteRequest): Promise<Written> {
  await using raw = await rawWrites(tiers, others);
  const took: Times = { rawWrite: [], rawPut: [], echo: [], invalidate: [], put: [] };
  const startedAt = performance.now();
  let nodes = 0;
  const invalidate = async (): Promise<void> => {
    ({ nodes } = await cache.invalidate({ kind: "key", value: KEY }));
  };
  const time = async (name: keyof Times, run?: () => Promise<unknown>): Promise<void> => {
    if (run === undefined) return;
    await setTimeout(WARM_MS);
    took[name].push(await timed(run));
  };
  for (let round = 0; round < rounds; round++) {
    if (round >= LEAST_ROUNDS && performance.now() - startedAt > budgetMs) break;
    await time("rawWrite", raw.write);
    await time("invalidate", invalidate);
    await time("echo", raw.echo);
    await time("rawPut", raw.put);
    await time("put", () => cache.put(KEY, VALUE));
  }
  return { ...took, nodes };
}

async function burst(from: number, count: number): Promise<number> {
  return timed(() =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        cache.delete(`frames/video_${from + n}/keyframes.json`, { wait: "durable" }),
      ),
    ),
  );
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}
