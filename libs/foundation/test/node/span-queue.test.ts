import { expect, test } from "@jest/globals";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  type ReadableSpan,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";
import { ExportHealth } from "../../src/node/metrics/export-health.ts";
import { SpanQueue } from "../../src/node/traces/span-queue.ts";
import { KeptLines } from "../support/kept-lines.ts";

const BATCH = { maxQueue: 40, maxSize: 8, delayMs: 60_000, timeoutMs: 60_000 };

/** Counts what reaches it, and answers when told to. */
class HeldExporter implements SpanExporter {
  readonly batches: number[] = [];
  readonly #answers: (() => void)[] = [];

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.batches.push(spans.length);
    this.#answers.push(() => done({ code: ExportResultCode.SUCCESS }));
  }

  answer(): void {
    for (const answer of this.#answers.splice(0)) answer();
  }

  async shutdown(): Promise<void> {}
}

function queued(): { exporter: HeldExporter; queue: SpanQueue; make: (spans: number) => void } {
  const exporter = new HeldExporter();
  const queue = new SpanQueue(exporter, BATCH, new ExportHealth("traces", "", new KeptLines()));
  const tracer = new BasicTracerProvider({ spanProcessors: [queue] }).getTracer("test");
  const make = (spans: number): void => {
    for (let left = spans; left > 0; left--) tracer.startSpan("cache.get").end();
  };
  return { exporter, queue, make };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("no span's end does an export, also that of the one which makes a batch full", async () => {
  const { exporter, queue, make } = queued();
  make(3 * BATCH.maxSize);
  await Promise.resolve();
  expect(exporter.batches).toEqual([]);
  await turn();
  expect(exporter.batches).toEqual([BATCH.maxSize]);
  const flushed = queue.forceFlush();
  await turn();
  exporter.answer();
  await flushed;
  expect(queue.exported).toBe(3 * BATCH.maxSize);
});

test("what was not handed over yet counts as waiting, and what is too much is dropped", async () => {
  const { exporter, queue, make } = queued();
  make(BATCH.maxQueue + 5);
  expect([queue.queued, queue.dropped]).toEqual([BATCH.maxQueue, 5]);
  const shut = queue.shutdown();
  await turn();
  await turn();
  exporter.answer();
  await shut;
  expect([queue.exported, queue.dropped, queue.queued]).toEqual([BATCH.maxQueue, 5, 0]);
});

test("shutdown waits for a batch that was on its way before it", async () => {
  const { exporter, queue, make } = queued();
  make(BATCH.maxSize);
  await turn();
  let over = false;
  const shut = queue.shutdown().then(() => (over = true));
  await turn();
  expect(over).toBe(false);
  exporter.answer();
  await shut;
  expect([queue.exported, queue.queued]).toEqual([BATCH.maxSize, 0]);
});
