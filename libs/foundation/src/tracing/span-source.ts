import { trace, type Tracer } from "@opentelemetry/api";
import { hasGlobalProvider } from "./api-global.ts";

/** Name of the instrumentation scope of everything that the cache traces. */
export const TRACER_NAME = "@cogniverse/cache";

/** Where spans are made. */
export interface SpanSource {
  /** False where nothing made here would be kept. Asked on every hit. */
  isLive(): boolean;
  tracerFor(tenantId: string): Tracer;
  /** Each tenant has a place of its own: its spans are never below a span that is not on its trail. */
  readonly apart: boolean;
}

/** The tracer provider that the process registered with the OpenTelemetry API, also if it does so later. */
export function globalSpans(): SpanSource {
  const tracer = trace.getTracer(TRACER_NAME);
  return { isLive: hasGlobalProvider, tracerFor: () => tracer, apart: false };
}
