import type { Attributes, Span, SpanStart, TelemetryPort } from "@cogniverse/sdk";
import type { KnownSecrets } from "./known-secrets.ts";
import { maskedError } from "./masked-error.ts";

/** The same telemetry, whose spans are told no secret. Measurements go through as they are: their attributes are names of tiers and kinds. */
export function maskedTelemetry(inner: TelemetryPort, secrets: KnownSecrets): TelemetryPort {
  return {
    isRecording: () => inner.isRecording(),
    keepsAlways: () => inner.keepsAlways(),
    startSpan: (name, tenantId, start) =>
      maskedSpan(inner.startSpan(name, tenantId, start && maskedStart(start, secrets)), secrets),
    span: (name, tenantId, run, attributes) =>
      inner.span(
        name,
        tenantId,
        (span) => run(maskedSpan(span, secrets)),
        attributes && secrets.maskAttributes(attributes),
      ),
    incrementCounter: (name, tenantId, attributes) =>
      inner.incrementCounter(name, tenantId, attributes),
    measures: () => inner.measures(),
    recordHistogram: (name, tenantId, value, attributes) =>
      inner.recordHistogram(name, tenantId, value, attributes),
    observe: (name, read) => inner.observe(name, read),
  };
}

function maskedStart(start: SpanStart, secrets: KnownSecrets): SpanStart {
  const { attributes, parent } = start;
  if (attributes === undefined && parent === undefined) return start;
  return {
    ...start,
    ...(attributes === undefined ? {} : { attributes: secrets.maskAttributes(attributes) }),
    ...(parent === undefined ? {} : { parent: MaskedSpan.inside(parent) }),
  };
}

/** Nothing is masked that nobody keeps. */
function maskedSpan(span: Span, secrets: KnownSecrets): Span {
  return span.isRecording ? new MaskedSpan(span, secrets) : span;
}

/** A span as the cache sees it, with that of the port inside: a parent or a link has to be the port's own. */
class MaskedSpan implements Span {
  readonly #inner: Span;
  readonly #secrets: KnownSecrets;

  constructor(inner: Span, secrets: KnownSecrets) {
    this.#inner = inner;
    this.#secrets = secrets;
  }

  static inside(span: Span): Span {
    return span instanceof MaskedSpan ? span.#inner : span;
  }

  get isRecording(): boolean {
    return this.#inner.isRecording;
  }

  setAttributes(attributes: Attributes): void {
    this.#inner.setAttributes(this.#secrets.maskAttributes(attributes));
  }

  addEvent(name: string, attributes?: Attributes, agoMs?: number): void {
    this.#inner.addEvent(name, attributes && this.#secrets.maskAttributes(attributes), agoMs);
  }

  recordError(error: unknown): void {
    this.#inner.recordError(maskedError(error, this.#secrets));
  }

  link(other: Span): void {
    this.#inner.link(MaskedSpan.inside(other));
  }

  within<R>(run: () => R): R {
    return this.#inner.within(run);
  }

  end(): void {
    this.#inner.end();
  }
}
