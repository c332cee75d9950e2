import {
  context,
  type Context,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
  type TracerOptions,
  type TracerProvider,
} from "@opentelemetry/api";
import { hasContextManager, hasGlobalProvider } from "../../tracing/api-global.ts";
import { homeOfGlobalProvider, registeredFor } from "../../tracing/span-home.ts";
import { tenantOf } from "../../tracing/trail.ts";
import { LeanContextManager } from "./lean-context-manager.ts";
import type { OpenSpans } from "./open-spans.ts";
import type { TraceProviders } from "./trace-providers.ts";

/**
 * What other instrumentation of the process gets from the OpenTelemetry API. A span that it begins below one of a tenant's goes where
 * the tenant's goes: Phoenix files a trace under the span that arrives first, and such a span ends before the one above it.
 */
class GlobalProvider implements TracerProvider {
  readonly #providers: TraceProviders;

  constructor(providers: TraceProviders) {
    this.#providers = providers;
  }

  getTracer(name: string, version?: string, options?: TracerOptions): Tracer {
    const startSpan = (
      spanName: string,
      about?: SpanOptions,
      above: Context = context.active(),
    ): Span =>
      this.#providers
        .tracer(tenantOf(above), name, version, options)
        .startSpan(spanName, about, above);
    return { startSpan, startActiveSpan: activeStarter(startSpan) };
  }
}

/** The overloads of `startActiveSpan` over one `startSpan`. */
function activeStarter(startSpan: Tracer["startSpan"]): Tracer["startActiveSpan"] {
  return <F extends (span: Span) => unknown>(
    name: string,
    ...rest: readonly [F] | readonly [SpanOptions, F] | readonly [SpanOptions, Context, F]
  ): ReturnType<F> => {
    const run = rest.at(-1) as F; // Each overload ends with it.
    const about = rest.length > 1 ? (rest[0] as SpanOptions) : {}; // It comes first in those that have it.
    const above = rest.length > 2 ? (rest[1] as Context) : context.active(); // And the context second.
    const span = startSpan(name, about, above);
    // `run` returns what F returns; the type of a call through a type parameter forgets it.
    return context.with(trace.setSpan(above, span), () => run(span) as ReturnType<F>);
  };
}

/**
 * Registers with the API where nobody has, and returns what takes the provider away again. `undefined`: the process has an SDK of its own, or another
 * cache was first, which stays. The context manager stays for good: it costs nothing, and others may rely on it by then. `open` stays open where it could not see all that
 * becomes active.
 */
export function registerGlobally(
  providers: TraceProviders,
  open: OpenSpans,
): (() => void) | undefined {
  if (hasGlobalProvider()) {
    open.stayOpen();
    return undefined;
  }
  const manager = new LeanContextManager((entered) => open.entered(entered));
  if (hasContextManager() || !context.setGlobalContextManager(manager.enable())) open.stayOpen();
  trace.setGlobalTracerProvider(new GlobalProvider(providers));
  registeredFor(providers);
  return () => {
    // Who took ours away and registered another one keeps that.
    if (homeOfGlobalProvider() === providers) trace.disable();
  };
}
