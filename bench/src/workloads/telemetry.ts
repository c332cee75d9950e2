import { silentLogger } from "@cogniverse/core";
import { openTelemetry } from "@cogniverse/foundation";
import { startTelemetry, type Telemetry, type TelemetryConfig } from "@cogniverse/foundation/node";
import type { TenantCache } from "@cogniverse/sdk";
import type { Contest, Contestant } from "../contest.ts";
import { outage } from "../telemetry/outage.ts";
import { startOtlpSink } from "../telemetry/otlp-sink.ts";
import { readResidents, residentCache } from "../telemetry/resident-cache.ts";
import { spanCost } from "../telemetry/span-cost.ts";
import { underRecordingParent } from "../telemetry/under-recording-parent.ts";
import type { Figure, Workload, WorkloadPace } from "../workload.ts";

/** Reads between two flushes, half of what the queue takes: every span leaves. */
const SPANS_AT_ONCE = 2_000;

/** What it costs to be seen. */
export const telemetryWorkload: Workload = {
  name: "telemetry",
  about:
    "memory hits with telemetry on beside the same without; CPU of a span; 20,000 spans a second while the collector is down",
  items: async function* (pace) {
    // First, since a process keeps the trace provider that was registered.
    yield* withoutSpans();
    yield* withSpans(pace);
    yield* outage(pace);
  },
};

async function* withoutSpans(): AsyncGenerator<Contest> {
  await using metrics = await started({ metrics: { prometheus: { port: 0 } } });
  await using off = await residentCache();
  await using facade = await residentCache(openTelemetry());
  await using measured = await residentCache(metrics.port);
  yield {
    name: "hit in memory, cache.get(text)",
    baseline: hits("telemetry off", off.cache),
    others: [
      { ...hits("openTelemetry(), no SDK in the process", facade.cache), goal: 0.95 },
      { ...hits("metrics on, for Prometheus", measured.cache), goal: 0.97 },
    ],
  };
}

async function* withSpans(pace: WorkloadPace): AsyncGenerator<Contest | Figure> {
  await using sink = await startOtlpSink();
  await using telemetry = await started({ endpoint: sink.url });
  await using off = await residentCache();
  await using traced = await residentCache(telemetry.port);
  yield {
    name: "hit in memory, cache.get(text), traces on",
    baseline: hits("telemetry off", off.cache),
    others: [
      { ...hits("no recording parent", traced.cache), goal: 0.95 },
      {
        ...recordedHits(traced.cache, telemetry),
        note: "a span each, encoding and sending included",
      },
    ],
  };
  yield* spanCost({ off: off.cache, traced: traced.cache, telemetry }, pace);
  yield { name: "spans that were lost", value: telemetry.stats().dropped, unit: "", most: 0 };
}

/** Nothing of the environment, which may name a collector. */
function started(config: TelemetryConfig): Promise<Telemetry> {
  return startTelemetry(config, { logger: silentLogger, env: {} });
}

function hits(name: string, cache: TenantCache): Contestant {
  return { name, run: (operations) => readResidents(cache, operations) };
}

function recordedHits(cache: TenantCache, telemetry: Telemetry): Contestant {
  return {
    name: "under a recording parent",
    async run(operations) {
      for (let left = operations; left > 0; left -= SPANS_AT_ONCE) {
        const reads = Math.min(left, SPANS_AT_ONCE);
        await underRecordingParent(telemetry.port, () => readResidents(cache, reads));
        await telemetry.flush();
      }
    },
  };
}
