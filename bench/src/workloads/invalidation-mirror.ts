import { memoryBackend } from "@cogniverse/cache-memory";
import { CacheManager } from "@cogniverse/core";
import { backendContext } from "../backend-context.ts";
import { ForgetfulLog } from "../forgetful-log.ts";
import { heapBytes } from "../heap.ts";
import { checkedReads } from "../invalidation/checked-reads.ts";
import { recordsOn, SHAPES, type ScopeShape } from "../invalidation/scopes.ts";
import { threadCpuMs } from "../thread-cpu.ts";
import type { Figure, Workload } from "../workload.ts";

const TENANT = "acme";
const SIZES = [10_000, 100_000, 1_000_000] as const;

/** What invalidations cost those who read: memory for each scope, time for each record, and the slow check after it. */
export const invalidationMirrorWorkload: Workload = {
  name: "invalidation/mirror",
  about: "bytes of a scope in the mirror, time of a record, reads that are checked anew",
  items: async function* () {
    // The first mirror pays for the compiler.
    await measured({ name: "", scope: (n) => ({ kind: "tag", value: String(n) }) }, 10_000);
    for (const shape of SHAPES) for (const size of SIZES) yield* figures(shape, size);
    yield* checkedReads();
  },
};

async function* figures(shape: ScopeShape, size: number): AsyncGenerator<Figure> {
  const { held, told, applyMs } = await measured(shape, size);
  const name = `${shape.name}, ${size.toLocaleString("en")} records`;
  yield { name: `${name}: heap a record`, value: held / size, unit: "bytes" };
  yield { name: `${name}: as stats tells`, value: told / size, unit: "bytes" };
  yield { name: `${name}: taking one in`, value: (applyMs / size) * 1000, unit: "us of CPU" };
}

type Measured = Readonly<{ held: number; told: number; applyMs: number }>;

async function measured(shape: ScopeShape, size: number): Promise<Measured> {
  const before = await heapBytes();
  const log = new ForgetfulLog(0, () => recordsOn(shape, size, TENANT));
  const backend = memoryBackend({}, backendContext("memory"));
  const tiers = [{ name: "memory", backend }];
  // A million records take longer than a caller usually waits.
  const manager = new CacheManager({ tiers, log, coherenceWaitMs: 600_000 });
  try {
    // The first read begins with what the log holds.
    await manager.get("search_results/nothing/there.json", TENANT);
    const applyMs = threadCpuMs() - log.snapshotAtCpuMs;
    const held = (await heapBytes()) - before;
    const { log: stats } = await manager.stats(TENANT);
    return { held, told: stats.mirrorBytes, applyMs };
  } finally {
    await manager.close();
  }
}
