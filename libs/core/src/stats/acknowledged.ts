import type { Attributes, Clock, Invalidation, TelemetryPort } from "@cogniverse/sdk";

const ATTRIBUTES = {
  put: { operation: "put" },
  /** A delete is the invalidation of its key. */
  invalidate: { operation: "invalidate" },
} as const satisfies Readonly<Record<string, Attributes>>;

/** What was promised to whom, and when it was asked for on the monotonic clock. */
type Asked = Readonly<{ tenantId: string; operation: keyof typeof ATTRIBUTES; startedAt: number }>;

/** An acknowledgement with the time it took, which is recorded where somebody measures. */
export function acknowledged(
  { clock, telemetry }: Readonly<{ clock: Clock; telemetry: TelemetryPort }>,
  { tenantId, operation, startedAt }: Asked,
  outcome: Omit<Invalidation, "elapsedMs">,
): Invalidation {
  const elapsedMs = clock.monotonic() - startedAt;
  const attributes = ATTRIBUTES[operation];
  telemetry.recordHistogram("cache.invalidation.latency", tenantId, elapsedMs, attributes);
  return { ...outcome, elapsedMs };
}
