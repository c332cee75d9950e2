import type { Span, SpanStart, TelemetryPort } from "@cogniverse/sdk";
import type { KnownSecrets } from "./known-secrets.ts";
import { maskedError } from "./masked-error.ts";

/** The same telemetry, whose spans are told no secret. Measurements go through as they are: their attributes are names of tiers and kinds. */
export function maskedTelemetry(inner: TelemetryPort, secrets: KnownSecrets): TelemetryPort {
  const masks = new Masks(secrets);
  return {
    isRecording: () => inner.isRecording(),
    keepsAlways: () => inner.keepsAlways(),
    startSpan: (name, tenantId, start = {}) =>
      masks.span(inner.startSpan(name, tenantId, masks.start(start))),
    span: (name, tenantId, run, attributes) =>
      inner.span(
        name,
        tenantId,
        (span) => run(masks.span(span)),
        attributes === undefined ? undefined : secrets.maskDeep(attributes),
      ),
    incrementCounter: (name, tenantId, attributes) =>
      inner.incrementCounter(name, tenantId, attributes),
    measures: () => inner.measures(),
    recordHistogram: (name, tenantId, value, attributes) =>
      inner.recordHistogram(name, tenantId, value, attributes),
    observe: (name, read) => inner.observe(name, read),
  };
}

/** Spans as the cache sees them, and behind each the one of the port: a parent or a link has to be the port's own. */
class Masks {
  readonly #secrets: KnownSecrets;
  readonly #inner = new WeakMap<Span, Span>();

  constructor(secrets: KnownSecrets) {
    this.#secrets = secrets;
  }

  start({ parent, attributes, ...rest }: SpanStart): SpanStart {
    return {
      ...rest,
      ...(attributes === undefined ? {} : { attributes: this.#secrets.maskDeep(attributes) }),
      ...(parent === undefined ? {} : { parent: this.#innerOf(parent) }),
    };
  }

  span(inner: Span): Span {
    const secrets = this.#secrets;
    const masked: Span = {
      isRecording: inner.isRecording,
      setAttributes: (attributes) => inner.setAttributes(secrets.maskDeep(attributes)),
      addEvent: (name, attributes, agoMs) =>
        inner.addEvent(name, attributes && secrets.maskDeep(attributes), agoMs),
      recordError: (error) => inner.recordError(maskedError(error, secrets)),
      link: (other) => inner.link(this.#innerOf(other)),
      within: (run) => inner.within(run),
      end: () => inner.end(),
    };
    this.#inner.set(masked, inner);
    return masked;
  }

  #innerOf(span: Span): Span {
    return this.#inner.get(span) ?? span;
  }
}
