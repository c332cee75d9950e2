import { type Span as ApiSpan, trace, type Tracer } from "@opentelemetry/api";
import { globalProvider, hasContextManager, hasGlobalProvider } from "./api-global.ts";
import type { RecordingGate } from "./recording-gate.ts";
import { homeOfGlobalProvider, type SpanHome } from "./span-home.ts";

/** Name of the instrumentation scope of everything that the cache traces. */
export const TRACER_NAME = "@cogniverse/cache";

/** Where spans are made. */
export interface SpanSource {
  /** Asked on every hit. */
  readonly gate: RecordingGate;
  /** True where the gate may have to open without anybody telling: {@link isLive} is then to be asked now and then. */
  readonly mayAppear: boolean;
  /** False where nothing made here would be kept. Asked by all that is no hit. */
  isLive(): boolean;
  tracerFor(tenantId: string): Tracer;
  /** Each tenant has a place of its own: its spans are never below a span that is not on its trail. */
  readonly apart: boolean;
  /** Where its spans go now. Left out: to an SDK that the process has of its own. */
  home?(): SpanHome;
  /** Told of the span of each read that was kept whatever its outcome, at its start: their hit rate is that of all reads. */
  sampled?(span: ApiSpan): void;
}

/**
 * The tracer provider that the process registered with the OpenTelemetry API, also if it does so later. Its gate opens when the provider and a
 * context manager are first seen, and stays open: which of its spans are open only that SDK knows.
 */
export function globalSpans(): SpanSource {
  let provider: object | undefined;
  let tracer: Tracer | undefined;
  const gate = { isOpen: false };
  return {
    gate,
    mayAppear: true,
    isLive: () => {
      const live = hasGlobalProvider();
      if (live && !gate.isOpen) gate.isOpen = hasContextManager();
      return live;
    },
    tracerFor: () => {
      const now = globalProvider();
      // A tracer from before the registration comes alive only where this very copy of the API registers, not an application's own.
      if (tracer === undefined || provider !== now) {
        provider = now;
        tracer = trace.getTracer(TRACER_NAME);
      }
      return tracer;
    },
    apart: false,
    home: homeOfGlobalProvider,
  };
}
