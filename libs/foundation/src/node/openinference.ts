import {
  generateTraceConfig,
  getAttributesFromContext,
  OITracer,
  REDACTED_VALUE,
} from "@arizeai/openinference-core";
import { SESSION_ID } from "@arizeai/openinference-semantic-conventions";
import {
  type Attributes,
  type Context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { SCOPES } from "../masking/attribute-mask.ts";
import type { SpanEnrichment } from "../tracing/span-enrichment.ts";

/** Attributes of the cache that say what was asked for, or may quote it: hidden with the inputs. */
const INPUTS: readonly string[] = ["cache.key", "cache.killed_by.reason", ...SCOPES];

/**
 * OpenInference's conventions: what `setSession`, `setUser`, `setMetadata`, `setTags` and `setPromptTemplate` hung on the context, and the
 * masking that `OPENINFERENCE_HIDE_*` asks for, which hides the cache's keys and scopes with the inputs. `sessionsByTenant`: session ids are
 * `{tenant}/{session}`, since Phoenix knows a session in one project only, and no tenant id holds a slash.
 */
export function openInference(sessionsByTenant: boolean): SpanEnrichment {
  // Without an argument the library would not look at the environment.
  const config = generateTraceConfig({});
  const { hideInputs } = config;
  const hidesNothing = !Object.values(config).includes(true);
  // Contexts do not change: those that many spans begin in are read once.
  const read = new WeakMap<Context, Attributes>();
  return {
    fromContext(context, tenantId) {
      if (context === ROOT_CONTEXT) return {};
      let attributes = read.get(context);
      if (attributes === undefined)
        read.set(context, (attributes = getAttributesFromContext(context)));
      const session = attributes[SESSION_ID];
      return sessionsByTenant && typeof session === "string"
        ? { ...attributes, [SESSION_ID]: `${tenantId}/${session}` }
        : attributes;
    },
    mask(attributes) {
      if (hidesNothing && !hasImages(attributes)) return attributes;
      const masked = maskedByLibrary(attributes);
      if (hideInputs) for (const name of INPUTS) if (name in masked) masked[name] = REDACTED_VALUE;
      return masked;
    },
  };
}

/** Images are what the library may mask although nothing is to be hidden: long ones. */
function hasImages(attributes: Attributes): boolean {
  for (const name in attributes) if (name.includes("image")) return true;
  return false;
}

/** The library masks only within its own spans, so that one of them is told, and what it passes on is taken. */
function maskedByLibrary(attributes: Attributes): Attributes {
  const passed: Attributes = {};
  const below: Span = Object.assign(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), {
    setAttribute(name: string, value: Attributes[string]): Span {
      if (value !== undefined) passed[name] = value;
      return below;
    },
    setAttributes(more: Attributes): Span {
      Object.assign(passed, more);
      return below;
    },
  });
  const tracer: Pick<Tracer, "startSpan"> = { startSpan: () => below };
  // Of a tracer, the library's span uses `startSpan` alone.
  const span = new OITracer({ tracer: tracer as Tracer, traceConfig: {} }).startSpan(
    "",
    {},
    ROOT_CONTEXT,
  );
  span.setAttributes(attributes);
  return passed;
}
