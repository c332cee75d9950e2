/** Seconds since the epoch and nanoseconds in the second, as OpenTelemetry's SDK has them. */
export type Instant = [number, number];

/** Of epoch milliseconds. */
export function instant(epochMs: number): Instant {
  const seconds = Math.trunc(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}
