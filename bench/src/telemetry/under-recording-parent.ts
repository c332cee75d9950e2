import type { TelemetryPort } from "@cogniverse/sdk";
import { TENANT } from "./resident-cache.ts";

/** Runs with a span of an application above, which is kept, and so is everything below it. */
export function underRecordingParent<R>(telemetry: TelemetryPort, run: () => R): R {
  const kind = { "openinference.span.kind": "AGENT" };
  return telemetry.span("bench.reader", TENANT, run, kind);
}
