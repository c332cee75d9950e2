import { expect, test } from "@jest/globals";
import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { markSampled } from "../../src/tracing/sampled-read.ts";
import { AnnotatingExporter } from "../../src/node/annotations/annotating-exporter.ts";

function finishedSpans(): ReadableSpan[] {
  const kept = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(kept)] });
  const tracer = provider.getTracer("test");
  const begun = [
    tracer.startSpan("cache.get", { attributes: { "cache.hit": "warm" } }),
    tracer.startSpan("cache.get", { attributes: { "cache.hit": "miss" } }),
    tracer.startSpan("cache.get"),
  ];
  for (const span of begun) markSampled(span);
  begun.push(tracer.startSpan("cache.get", { attributes: { "cache.hit": "miss" } }));
  for (const span of begun) span.end();
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

test("sampled reads of an acknowledged export are annotated with what they hit; others are not", () => {
  expect(exported({ code: ExportResultCode.SUCCESS })).toEqual(["0 warm", "1 miss"]);
});

test("of an export that failed nothing is annotated", () => {
  expect(exported({ code: ExportResultCode.FAILED })).toEqual([]);
});
