import type { Attributes, Clock, Invalidation, TelemetryPort } from "@cogniverse/sdk";

/** What was promised, to whom, and when it was asked for on the monotonic clock. A delete is the invalidation of its key. */
type Asked = Readonly<{ tenantId: string; operation: "put" | "invalidate"; startedAt: number }>;

const ATTRIBUTES: Readonly<Record<Asked["operation"], Attributes>> = {
  put: { operation: "put" },
  invalidate: { operation: "invalidate" },
};

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
