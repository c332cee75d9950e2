import type { Attributes, TelemetryPort } from "@cogniverse/sdk";

/** Runs `run` in a span where somebody looks, else just runs it. */
export function spanned<R>(
  telemetry: TelemetryPort,
  name: string,
  tenantId: string,
  run: () => Promise<R>,
  describe?: (result: R) => Attributes,
): Promise<R> {
  if (!telemetry.isRecording()) return run();
  return telemetry.span(name, tenantId, async (span) => {
    const result = await run();
    if (describe !== undefined) span.setAttributes(describe(result));
    return result;
  });
}
