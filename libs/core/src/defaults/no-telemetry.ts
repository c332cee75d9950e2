import { NO_SPAN, type TelemetryPort } from "@cogniverse/sdk";

const nothing = (): void => undefined;

/** Records nothing and costs nothing. */
export const noTelemetry: TelemetryPort = {
  isRecording: () => false,
  keepsAlways: () => false,
  startSpan: () => NO_SPAN,
  span: (_name, _tenantId, run) => run(NO_SPAN),
  incrementCounter: nothing,
  measures: () => false,
  recordHistogram: nothing,
  observe: () => ({ [Symbol.dispose]: nothing }),
};
