import { silentLogger } from "@cogniverse/core";
import { openTelemetry } from "@cogniverse/foundation";
import { startTelemetry, type Telemetry, type TelemetryConfig } from "@cogniverse/foundation/node";
import type { TelemetryPort } from "@cogniverse/sdk";
import { setImmediate } from "node:timers/promises";
import { heapBytes } from "../heap.ts";
import { quantile } from "../median.ts";
import type { Block, ReaderRequest, Reads, ReaderTelemetry } from "./reader.ts";
import { readResidents, residentCache, residentKeys, TENANT } from "./resident-cache.ts";

/** Recorded reads between two flushes, half of what the queue takes: every span leaves. */
const SPANS_AT_ONCE = 2_000;

// What its parent gives it.
const about = JSON.parse(process.argv[2] ?? "") as ReaderTelemetry;
const telemetry = await telemetryOf(about);
const port = telemetry?.port ?? (about.kind === "no SDK" ? openTelemetry() : undefined);
const { cache } = await residentCache(port);
// Filling the cache has made some.
let made = spansSeen();

process.on("message", (request: ReaderRequest) => {
  const answer = request.ask === "paced" ? block(request) : reads(request);
  void answer.then((said) => process.send?.(said));
});
process.once("disconnect", () => process.exit(0));
process.send?.("ready");

/** Nothing of the environment, which may name a collector. */
async function telemetryOf(one: ReaderTelemetry): Promise<Telemetry | undefined> {
  if (one.kind === "off" || one.kind === "no SDK") return undefined;
  const config: TelemetryConfig =
    one.kind === "traces" ? { endpoint: one.endpoint } : { metrics: { prometheus: { port: 0 } } };
  return startTelemetry(config, { logger: silentLogger, env: {} });
}

type ReadsRequest = Extract<ReaderRequest, { ask: "reads" }>;
type PacedRequest = Extract<ReaderRequest, { ask: "paced" }>;

async function reads({ reads: all, recorded }: ReadsRequest): Promise<Reads> {
  const startedAt = performance.now();
  const [cpuAt, threadAt] = [process.cpuUsage(), process.threadCpuUsage()];
  let inPathMs = 0;
  if (recorded && telemetry !== undefined) {
    for (let left = all; left > 0; left -= SPANS_AT_ONCE) {
      const part = Math.min(left, SPANS_AT_ONCE);
      const partAt = process.threadCpuUsage();
      await underRecordingParent(telemetry.port, () => readResidents(cache, part));
      inPathMs += milliseconds(process.threadCpuUsage(partAt));
      await telemetry.flush();
    }
  } else {
    await readResidents(cache, all);
    inPathMs = milliseconds(process.threadCpuUsage(threadAt));
  }
  return {
    ms: performance.now() - startedAt,
    cpuMs: milliseconds(process.cpuUsage(cpuAt)),
    inPathMs,
    dropped: telemetry?.stats().dropped ?? 0,
  };
}

async function block(request: PacedRequest): Promise<Block> {
  if (telemetry === undefined) throw new Error("no telemetry, no spans");
  const latencies = await underRecordingParent(telemetry.port, () => paced(request));
  made += latencies.length + 1;
  if (request.flush) await telemetry.flush();
  return {
    reads: latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    rssBytes: process.memoryUsage.rss(),
    unaccounted: made - spansSeen(),
    dropped: telemetry.stats().dropped,
    liveBytes: await heapBytes(),
  };
}

/** Spans that telemetry knows what became of. */
function spansSeen(): number {
  if (telemetry === undefined) return 0;
  const { exported, dropped, queue } = telemetry.stats();
  return exported + dropped + queue;
}

/** Milliseconds of each. Reads that became due while the process was busy follow at once. */
async function paced({ forMs, perSecond }: PacedRequest): Promise<number[]> {
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

function underRecordingParent<R>(through: TelemetryPort, run: () => R): R {
  const kind = { "openinference.span.kind": "AGENT" };
  return through.span("bench.reader", TENANT, run, kind);
}

function milliseconds({ user, system }: Readonly<{ user: number; system: number }>): number {
  return (user + system) / 1000;
}
