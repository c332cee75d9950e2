import type { BackendTraits } from "@cogniverse/sdk";
import { latencyFigures, type LatencyFigures } from "./percentile.ts";
import type { Verdict } from "./probe.ts";
import { probeBytes } from "./probe-bytes.ts";
import type { ProbeGround } from "./probe-ground.ts";

const CALLS = 50;
/** Nobody waits longer for figures: fewer calls make them then. */
const BUDGET_MS = 10_000;
const SMALL_BYTES = 1024;
/** A median above this is not what such a place usually takes, by some times. */
const SLOW_MS = { process: 5, machine: 50, shared: 300 };

/** Both directions, one call at a time. */
export type Latency = Readonly<{ read: LatencyFigures; write: LatencyFigures }>;

/** Times small writes, each to a key of its own, and reads of what they wrote. Rejects where a call does. */
export async function measureLatency(ground: ProbeGround): Promise<Latency> {
  const entry = ground.entry(probeBytes(SMALL_BYTES, 9), "latency");
  // Connections are made and code is warm before it counts.
  await ground.write(ground.key("latency/0"), entry);
  await ground.read(ground.key("latency/0"));
  const write = await timed(ground, (at) => ground.write(ground.key(`latency/${at}`), entry));
  const read = await timed(ground, (at) => ground.read(ground.key(`latency/${at % write.calls}`)));
  return { read, write };
}

async function timed(
  { clock }: ProbeGround,
  run: (at: number) => Promise<unknown>,
): Promise<LatencyFigures> {
  const durations: number[] = [];
  const until = clock.monotonic() + BUDGET_MS;
  for (let at = 0; at < CALLS && (at === 0 || clock.monotonic() < until); at++) {
    const startedAt = clock.monotonic();
    await run(at);
    durations.push(clock.monotonic() - startedAt);
  }
  return latencyFigures(durations);
}

/** What figures say about a tier at such a place, whose calls count as failed after `limitMs`. */
export function judgeLatency(
  { read, write }: Latency,
  locality: BackendTraits["locality"],
  limitMs: number,
): Verdict {
  const slow = SLOW_MS[locality];
  const message = `read ${shown(read)}, write ${shown(write)}`;
  if (Math.max(read.p99Ms, write.p99Ms) > limitMs / 2)
    return {
      level: "warning",
      message,
      remedy: `calls come near the tier's time limit of ${limitMs} ms, after which they count as failed: raise time_limit_ms, or find out what slows them down`,
    };
  if (Math.max(read.p50Ms, write.p50Ms) > slow)
    return {
      level: "warning",
      message,
      remedy: `more than ${slow} ms is slow for what is seen by one ${locality === "shared" ? "network" : locality}: see distance, load and disks of the server`,
    };
  return { level: "ok", message };
}

function shown({ p50Ms, p99Ms }: LatencyFigures): string {
  return `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`;
}
