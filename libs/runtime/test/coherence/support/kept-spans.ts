import { SpanStatusCode, trace } from "@opentelemetry/api";
import { BasicTracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { InvalidateSpan } from "./node-words.ts";

/** Gives this process an OpenTelemetry SDK which keeps spans of invalidations, with the times that SDK gave them. */
export function keptSpans(): Readonly<{ take: () => readonly InvalidateSpan[] }> {
  let kept: InvalidateSpan[] = [];
  const onEnd = (span: ReadableSpan): void => {
    if (span.name !== "cache.invalidate") return;
    const [seconds, nanoseconds] = span.duration;
    const ms = seconds * 1000 + nanoseconds / 1e6;
    const failed = span.status.code === SpanStatusCode.ERROR;
    kept.push({ ms, failed, attributes: span.attributes });
  };
  const nothing = async (): Promise<void> => undefined;
  const keep = { onStart: () => undefined, onEnd, forceFlush: nothing, shutdown: nothing };
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [keep] }));
  return {
    take() {
      const taken = kept;
      kept = [];
      return taken;
    },
  };
}
