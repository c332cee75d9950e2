import type { Contest, Contestant } from "../contest.ts";
import { outage } from "../telemetry/outage.ts";
import { startOtlpSink } from "../telemetry/otlp-sink.ts";
import { Reader, type ReaderTelemetry } from "../telemetry/reader.ts";
import { spanCost } from "../telemetry/span-cost.ts";
import type { Figure, Workload, WorkloadPace } from "../workload.ts";

/** Processes of a kind. */
const READERS = 3;

/** What it costs to be seen. */
export const telemetryWorkload: Workload = {
  name: "telemetry",
  about:
    "memory hits with telemetry on beside the same without; CPU of a span; 20,000 spans a second while the collector is down",
  items: async function* (pace) {
    yield* costs(pace);
    yield* outage(pace);
  },
};

async function* costs(pace: WorkloadPace): AsyncGenerator<Contest | Figure> {
  await using sink = await startOtlpSink();
  const traces = { kind: "traces", endpoint: sink.url } as const;
  await using readers = new AsyncDisposableStack();
  const start = async (telemetry: ReaderTelemetry): Promise<readonly Reader[]> => {
    const started: Reader[] = [];
    while (started.length < READERS) started.push(readers.use(await Reader.start(telemetry)));
    return started;
  };
  const off = await start({ kind: "off" });
  const facade = await start({ kind: "no SDK" });
  const metrics = await start({ kind: "metrics" });
  const unrecorded = await start(traces);
  const traced = await start(traces);
  yield {
    name: "hit in memory, cache.get(text), by CPU time",
    baseline: hits("telemetry off", off),
    others: [
      { ...hits("openTelemetry(), no SDK in the process", facade), goal: 0.95 },
      { ...hits("metrics on, for Prometheus", metrics), goal: 0.97 },
      { ...hits("traces on, no recording parent", unrecorded), goal: 0.95 },
      {
        ...hits("traces on, under a recording parent", traced, true),
        note: "a span each, encoding and sending included",
      },
    ],
  };
  const [plain, recording] = [off[0], traced[0]];
  if (plain === undefined || recording === undefined) return;
  yield* spanCost({ off: plain, traced: recording }, pace);
}

/**
 * By the clock of the CPU: a hit is nothing else, and what other processes do at the time must not decide between two that are. In turns, since
 * the compiler does not come to the same end in every process.
 */
function hits(name: string, readers: readonly Reader[], recorded = false): Contestant {
  let at = 0;
  return {
    name,
    async run(operations) {
      const reader = readers[at++ % readers.length];
      if (reader === undefined) throw new Error(`${name}: nobody reads`);
      const { cpuMs, inPathMs } = await reader.read(operations, recorded);
      return { ms: recorded ? cpuMs : inPathMs, cpuMs };
    },
  };
}
