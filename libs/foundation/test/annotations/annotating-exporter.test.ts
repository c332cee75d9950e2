import { expect, test } from "@jest/globals";
import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { AnnotatingExporter } from "../../src/node/annotations/annotating-exporter.ts";

function finishedSpans(): ReadableSpan[] {
  const kept = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(kept)] });
  const tracer = provider.getTracer("test");
  tracer.startSpan("cache.get", { attributes: { "cache.hit": "warm" } }).end();
  tracer.startSpan("cache.get", { attributes: { "cache.hit": "miss" } }).end();
  tracer.startSpan("cache.get").end();
  tracer.startSpan("cache.put", { attributes: { "cache.hit": "warm" } }).end();
  return kept.getFinishedSpans();
}

function exported(result: ExportResult): readonly string[] {
  const annotated: string[] = [];
  const spans = finishedSpans();
  const inner = new InMemorySpanExporter();
  inner.export = (_spans, done) => done(result);
  const exporter = new AnnotatingExporter(inner, {
    annotate: (spanId, hit) => void annotated.push(`${spanIndex(spans, spanId)} ${hit}`),
  });
  let ended: ExportResult | undefined;
  exporter.export(spans, (end) => (ended = end));
  expect(ended).toBe(result);
  return annotated;
}

function spanIndex(spans: readonly ReadableSpan[], spanId: string): number {
  return spans.findIndex((span) => span.spanContext().spanId === spanId);
}

test("reads of an acknowledged export are annotated with what they hit; other spans are not", () => {
  expect(exported({ code: ExportResultCode.SUCCESS })).toEqual(["0 warm", "1 miss"]);
});

test("of an export that failed nothing is annotated", () => {
  expect(exported({ code: ExportResultCode.FAILED })).toEqual([]);
});
