import type { Attributes, Context } from "@opentelemetry/api";

/** What is added to and taken from the attributes of a span before it leaves, by conventions that this package does not own. */
export interface SpanEnrichment {
  /** Attributes that callers hung on the context: session, user, metadata. What a span says itself wins over them. */
  fromContext(context: Context, tenantId: string): Attributes;
  /** `attributes` without what must not leave. */
  mask(attributes: Attributes): Attributes;
}

/** Adds and takes nothing. */
export const noEnrichment: SpanEnrichment = {
  fromContext: () => ({}),
  mask: (attributes) => attributes,
};
