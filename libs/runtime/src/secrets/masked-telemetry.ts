import type { Span, TelemetryPort } from "@cogniverse/sdk";
import type { KnownSecrets } from "./known-secrets.ts";
import { maskedError } from "./masked-error.ts";

/** The same telemetry, whose spans are told no secret. Measurements go through as they are: their attributes are names of tiers and kinds. */
export function maskedTelemetry(inner: TelemetryPort, secrets: KnownSecrets): TelemetryPort {
  return {
    isRecording: () => inner.isRecording(),
    span: (name, tenantId, run, attributes) =>
      inner.span(
        name,
        tenantId,
        (span) => run(maskedSpan(span, secrets)),
        secrets.maskDeep(attributes),
      ),
    incrementCounter: (name, tenantId, attributes) =>
      inner.incrementCounter(name, tenantId, attributes),
    recordHistogram: (name, tenantId, value, attributes) =>
      inner.recordHistogram(name, tenantId, value, attributes),
    observe: (name, read) => inner.observe(name, read),
  };
}

function maskedSpan(span: Span, secrets: KnownSecrets): Span {
  return {
    setAttributes: (attributes) => span.setAttributes(secrets.maskDeep(attributes)),
    addEvent: (name, attributes) => span.addEvent(name, secrets.maskDeep(attributes)),
    recordError: (error) => span.recordError(maskedError(error, secrets)),
  };
}
