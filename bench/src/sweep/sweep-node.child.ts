import { setTimeout as sleep } from "node:timers/promises";
import { median, quantile } from "../median.ts";
import type { NodeRequest, ReadTimes, Swept } from "./sweep-node.ts";
import { DEAD_EVERY, keyOf, openTier, TENANT, type SweepTier } from "./sweep-tier.ts";

/** After so many reads the reader rests for a moment: nobody reads from one process alone as fast as it can. */
const READS_A_BURST = 16;

type Running = Readonly<{ stop: AbortController; begun: Promise<void>; ended: Promise<Swept> }>;

// Only SweepNode starts this, and says it so.
const tier = JSON.parse(process.argv[2] ?? "") as SweepTier;
const { cache } = await openTier(tier);
let running: Running | undefined;

async function read(forMs: number): Promise<ReadTimes> {
  const times: number[] = [];
  for (const end = performance.now() + forMs; performance.now() < end; await sleep(1))
    for (let n = 0; n < READS_A_BURST; n++) {
      const at = Math.floor(Math.random() * (tier.count / DEAD_EVERY)) * DEAD_EVERY + 1;
      const start = performance.now();
      if ((await cache.get(keyOf(at), TENANT)) === undefined) throw new Error("a living one died");
      times.push(performance.now() - start);
    }
  return { reads: times.length, p50Ms: median(times), p99Ms: quantile(times, 0.99) };
}

function sweep(rate: number): Running {
  const stop = new AbortController();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const cpu = process.cpuUsage();
  const start = performance.now();
  let [scanned, deleted] = [0, 0];
  const onProgress = (progress: Readonly<{ scanned: number; deleted: number }>): void => {
    ({ scanned, deleted } = progress);
    begin();
  };
  const swept = (): Swept => {
    const { user, system } = process.cpuUsage(cpu);
    return { scanned, deleted, ms: performance.now() - start, cpuMs: (user + system) / 1000 };
  };
  const ended = cache
    .sweep(TENANT, { rate, signal: stop.signal, onProgress })
    .then(swept, (error: unknown) => {
      if (!stop.signal.aborted) throw error;
      return swept();
    });
  return { stop, begun, ended };
}

async function answer(request: NodeRequest): Promise<unknown> {
  if (request.ask === "read") return read(request.forMs);
  if (request.ask === "sweep") {
    running = sweep(request.rate);
    await Promise.race([running.begun, running.ended]);
    return true;
  }
  running?.stop.abort();
  const swept = await running?.ended;
  // The place where the next one goes on.
  await cache.flush();
  return swept;
}

process.on("message", (message) => {
  // Only SweepNode sends, and only this.
  void answer(message as NodeRequest).then((said) => process.send?.(said));
});
process.once("disconnect", () => void cache.close());
await cache.get(keyOf(1), TENANT);
process.send?.("ready");
