/** Of one kind of call: median and 99th percentile in milliseconds, and how many calls they are from. */
export type LatencyFigures = Readonly<{ p50Ms: number; p99Ms: number; calls: number }>;

/** Nearest-rank percentiles of at least one duration. */
export function latencyFigures(durationsMs: readonly number[]): LatencyFigures {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  return {
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    calls: sorted.length,
  };
}

function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? 0;
}
