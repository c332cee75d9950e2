import { silentLogger } from "@cogniverse/core";
import { startTelemetry } from "@cogniverse/foundation/node";
import { setImmediate } from "node:timers/promises";
import { quantile } from "../median.ts";
import type { Block, BlockRequest } from "./paced-reader.ts";
import { residentCache, residentKeys } from "./resident-cache.ts";
import { underRecordingParent } from "./under-recording-parent.ts";

// Reads at a pace with a span for each read, and says how long they took. Its argument: where spans go. Ends with its parent.
const telemetry = await startTelemetry(
  { endpoint: process.argv[2] },
  { logger: silentLogger, env: {} },
);
const { cache } = await residentCache(telemetry.port);
process.on("message", (request: BlockRequest) => {
  void block(request).then((answer) => process.send?.(answer));
});
process.once("disconnect", () => process.exit(0));
process.send?.("ready");

let made = 0;

async function block(request: BlockRequest): Promise<Block> {
  const latencies = await underRecordingParent(telemetry.port, () => reads(request));
  made += latencies.length + 1;
  if (request.flush) await telemetry.flush();
  const { exported, dropped, queue } = telemetry.stats();
  return {
    reads: latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    rssBytes: process.memoryUsage.rss(),
    unaccounted: made - exported - dropped - queue,
    dropped,
  };
}

/** Milliseconds of each. Reads that became due while the process was busy follow at once. */
async function reads({ forMs, perSecond }: BlockRequest): Promise<number[]> {
  const latencies: number[] = [];
  const begunAt = performance.now();
  for (let passedMs = 0; passedMs < forMs; passedMs = performance.now() - begunAt) {
    const due = (passedMs * perSecond) / 1000;
    while (latencies.length < due) {
      const key = residentKeys[latencies.length % residentKeys.length] ?? "";
      const startedAt = performance.now();
      await cache.get(key);
      latencies.push(performance.now() - startedAt);
    }
    await setImmediate();
  }
  return latencies;
}
