import type { Span, TelemetryPort } from "@cogniverse/sdk";

const nothing = (): void => undefined;

/** A span that nobody keeps. */
const noSpan: Span = {
  isRecording: false,
  setAttributes: nothing,
  addEvent: nothing,
  recordError: nothing,
  link: nothing,
  within: (run) => run(),
  end: nothing,
};

/** Records nothing and costs nothing. */
export const noTelemetry: TelemetryPort = {
  isRecording: () => false,
  keepsAlways: () => false,
  startSpan: () => noSpan,
  span: (_name, _tenantId, run) => run(noSpan),
  incrementCounter: nothing,
  measures: () => false,
  recordHistogram: nothing,
  observe: () => ({ [Symbol.dispose]: nothing }),
};
