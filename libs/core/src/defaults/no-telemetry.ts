import type { Span, TelemetryPort } from "@cogniverse/sdk";

const nothing = (): void => undefined;
const span: Span = { setAttributes: nothing, addEvent: nothing, recordError: nothing };

/** Records nothing and costs nothing. */
export const noTelemetry: TelemetryPort = {
  isRecording: () => false,
  span: (_name, _tenantId, run) => run(span),
  incrementCounter: nothing,
  recordHistogram: nothing,
  observe: () => ({ [Symbol.dispose]: nothing }),
};
