import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as Api from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { openTelemetry } from "../../src/index.ts";

// An application with a newer copy of the API, which registers its SDK after the cache was made.
const { context, metrics, trace } = newerApi();
const port = openTelemetry();
port.startSpan("before", "acme", { always: true }).end();
port.recordHistogram("cache.latency", "acme", 1, { tier: "hot", operation: "get" });

const spans = new InMemorySpanExporter();
const figures = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: figures });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
);
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

const app = trace.getTracer("app");
app.startActiveSpan("request", (request) => {
  port.span("cache.get", "acme", () => app.startSpan("below").end());
  request.end();
});
port.recordHistogram("cache.latency", "acme", 1, { tier: "hot", operation: "get" });
await reader.forceFlush();

const finished = spans.getFinishedSpans();
const nameOf = (id?: string): string | undefined =>
  finished.find((span) => span.spanContext().spanId === id)?.name;
const report = {
  spans: finished.map(({ name, parentSpanContext }) => [name, nameOf(parentSpanContext?.spanId)]),
  instruments: figures
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name)),
};
console.log(JSON.stringify(report));

/** A second copy of the API, whose version, all that copies compare, is a minor later. */
function newerApi(): typeof Api {
  const require = createRequire(import.meta.url);
  const installed = join(require.resolve("@opentelemetry/api"), "../../..");
  const folder = mkdtempSync(join(tmpdir(), "cogniverse-api-"));
  try {
    cpSync(installed, folder, { recursive: true });
    const file = join(folder, "build/src/version.js");
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text.replace(/VERSION = '1\.(\d+)/, (_, minor) => `VERSION = '1.${+minor + 1}`),
    );
    return require(folder) as typeof Api; // It is that package.
  } finally {
    rmSync(folder, { recursive: true });
  }
}
