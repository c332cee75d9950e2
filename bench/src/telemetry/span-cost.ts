import type { Telemetry } from "@cogniverse/foundation/node";
import type { TenantCache } from "@cogniverse/sdk";
import { median } from "../median.ts";
import type { Figure, WorkloadPace } from "../workload.ts";
import { readResidents } from "./resident-cache.ts";
import { underRecordingParent } from "./under-recording-parent.ts";

/** Of one round, fewer than an export takes, so that none begins while they are made. */
const SPANS = 400;
/** Microseconds of CPU of a span in the path of the read that makes it. */
const MOST_MICROSECONDS = 8;

/** What is compared: the same reads without telemetry and with a span each. */
export type SpanCostSubjects = Readonly<{
  off: TenantCache;
  traced: TenantCache;
  telemetry: Telemetry;
}>;

/**
 * Microseconds of CPU that a span costs over a hit without one. In the reader's path: of the reader's thread until its reads have their answers.
 * Altogether: of all threads, until the collector has acknowledged the spans.
 */
export async function* spanCost(
  subjects: SpanCostSubjects,
  { rounds, signal }: WorkloadPace,
): AsyncGenerator<Figure> {
  const inPath: number[] = [];
  const altogether: number[] = [];
  const warmUp = 20;
  for (let round = -warmUp; round < rounds * 2; round++) {
    signal.throwIfAborted();
    const cost = await roundOf(subjects);
    if (round < 0) continue;
    inPath.push(cost.inPath / SPANS);
    altogether.push(cost.altogether / SPANS);
  }
  const unit = "us of CPU";
  yield {
    name: "a recorded span, in the reader's path",
    value: median(inPath),
    unit,
    most: MOST_MICROSECONDS,
  };
  yield {
    name: "a recorded span, with encoding, compressing and sending",
    value: median(altogether),
    unit,
  };
}

async function roundOf({
  off,
  traced,
  telemetry,
}: SpanCostSubjects): Promise<Readonly<{ inPath: number; altogether: number }>> {
  const offAt = threadMicroseconds();
  await readResidents(off, SPANS);
  const offCost = threadMicroseconds() - offAt;
  const processAt = processMicroseconds();
  const threadAt = threadMicroseconds();
  await underRecordingParent(telemetry.port, () => readResidents(traced, SPANS));
  const inPath = threadMicroseconds() - threadAt - offCost;
  await telemetry.flush();
  return { inPath, altogether: processMicroseconds() - processAt - offCost };
}

function threadMicroseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function processMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
